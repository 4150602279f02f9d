import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type FaultServer, startFaultServer } from "@virga/conformance/fault-server";
import { encodeModel } from "@virga/conformance/onnx-model";
import { WeightCache } from "../../src/weights/cache/weight-cache.ts";
import { prepareModel } from "../../src/weights/prepare/prepare-model.ts";
import { Registry } from "../../src/weights/registry/registry.ts";
import { createFileStore } from "../../src/weights/store/file-store.ts";
import { bundleProgram } from "../support/bundle-program.ts";
import { namesIn } from "./cache/cache-harness.ts";
import { QUICK, toLocation } from "./fetch/fetch-harness.ts";
import type { ServeOrder } from "./serve-until-killed.ts";

const KILLS = 100;
const LANES = ["one", "two"];
const VERSIONS = 6;
const WIDTH = 192;
const WEIGHT_BYTES = WIDTH * WIDTH * 4;
/** Each lane uses a version and fetches the next one. */
const MOST_CACHED_BYTES = 4.5 * WEIGHT_BYTES;
const LONGEST_LIFE_MS = 150;
const AUTHOR = { by: "test" };

const folder = mkdtempSync(join(tmpdir(), "virga-killed-swap-"));
const cacheDirectory = join(folder, "cache");
// Below the package, so that the runtime is found from there.
const programs = fileURLToPath(new URL(`../../node_modules/.cache/killed-swap-${process.pid}/`, import.meta.url));
const program = join(programs, "serve-until-killed.mjs");
const digests: string[] = [];
const registry = new Registry(createFileStore(join(folder, "registry")));
let server: FaultServer;

beforeAll(async () => {
  await bundleProgram(new URL("serve-until-killed.ts", import.meta.url), program);
  for (let factor = 1; factor <= VERSIONS; factor += 1) await publish(factor);
  // Slow enough for a kill to meet a fetch under way.
  const objects = blobs();
  server = await startFaultServer({ objects, bytesPerSecond: 2_000_000 });
  digests.push(...Object.keys(objects).map((path) => path.slice(path.lastIndexOf("/") + 1)));
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
  rmSync(programs, { recursive: true });
});

/** `Y = X · factor` as version `factor`. */
async function publish(factor: number): Promise<void> {
  const data = new Float32Array(WIDTH * WIDTH);
  for (let index = 0; index < WIDTH; index += 1) data[index * WIDTH + index] = factor;
  const path = join(folder, "model.onnx");
  const model = encodeModel({
    inputs: [{ name: "X", tensor: "float32", shape: ["rows", WIDTH] }],
    outputs: [{ name: "Y", tensor: "float32", shape: ["rows", WIDTH] }],
    operations: [{ operator: "MatMul", inputs: ["X", "W"], outputs: ["Y"] }],
    initializers: [{ name: "W", type: "float32", shape: [WIDTH, WIDTH], data }],
  });
  writeFileSync(path, model);
  const prepared = join(folder, "prepared");
  const manifest = await prepareModel(path, prepared);
  expect(manifest.load.kind).toBe("mapped");
  expect(await registry.publish("scale", prepared, manifest, AUTHOR)).toMatchObject({ version: factor });
}

/** The registry's files as a server hands them out. */
function blobs(): Record<string, Uint8Array> {
  const root = join(folder, "registry");
  const keys = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((key) => key.includes("blobs"));
  const files = keys.map((key) => join(root, key)).filter((path) => statSync(path).isFile());
  return Object.fromEntries(files.map((path) => [`/${relative(root, path).split(sep).join("/")}`, readFileSync(path)]));
}

/** Numbers from 0 up to 1, the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function startServing(alias: string): ChildProcess {
  const order: ServeOrder = {
    folder,
    alias,
    maxCacheBytes: MOST_CACHED_BYTES,
    width: WIDTH,
    blobs: server.url.href,
  };
  return spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ["ignore", "pipe", "inherit"] });
}

/** An alias that is moved at random. */
interface MovingAlias {
  readonly name: string;
  readonly random: () => number;
  version: number;
}

async function promote(alias: MovingAlias): Promise<void> {
  const steps = 1 + Math.floor(alias.random() * (VERSIONS - 1));
  alias.version = 1 + ((alias.version - 1 + steps) % VERSIONS);
  await registry.promote("scale", alias.version, alias.name, AUTHOR);
}

/** Starts a service, moves its alias for a random while, and kills it. @returns whether the kill met a swap. */
async function serveAndKill(alias: MovingAlias): Promise<boolean> {
  const child = startServing(alias.name);
  const ended = once(child, "close");
  let said = "";
  child.stdout?.on("data", (piece) => {
    said += String(piece);
  });
  try {
    await Promise.race([once(child.stdout ?? child, "data"), ended]);
    // The run after a kill is right at once.
    expect(said).toMatch(new RegExp(`^version ${alias.version} scales by ${alias.version}\n`));
    expectWholeEntries();
    // What killed processes leave behind does not add up.
    expect(namesIn(cacheDirectory, "work").length).toBeLessThan(16);
    const diesAtMs = performance.now() + alias.random() * LONGEST_LIFE_MS;
    do {
      await promote(alias);
      await sleep(Math.min(diesAtMs - performance.now(), alias.random() * LONGEST_LIFE_MS));
    } while (performance.now() < diesAtMs);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
  const answers = said.trimEnd().split("\n");
  for (const answer of answers) expect(answer).toMatch(/^version (\d) scales by \1$/);
  return answers.at(-1)?.startsWith(`version ${alias.version} `) === false;
}

/** @returns how many kills met a swap. */
async function killOften(name: string, times: number, random: () => number): Promise<number> {
  const alias: MovingAlias = { name, random, version: 1 };
  await promote(alias);
  let met = 0;
  for (let time = 0; time < times; time += 1) met += (await serveAndKill(alias)) ? 1 : 0;
  return met;
}

/** Every file of every entry is one that was published; another lane may take an entry away meanwhile. */
function expectWholeEntries(): void {
  for (const key of namesIn(cacheDirectory, "sha256")) {
    const entry = join(cacheDirectory, "sha256", key);
    for (const name of ["model.onnx", "weights.bin"]) {
      const digest = digestIfThere(join(entry, "files", name));
      if (digest !== undefined) expect(digests).toContain(digest);
      else expect(existsSync(entry)).toBe(false);
    }
  }
}

function digestIfThere(path: string): string | undefined {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return undefined;
  }
}

async function openEveryVersion(): Promise<void> {
  const cache = new WeightCache({ directory: cacheDirectory, maxBytes: MOST_CACHED_BYTES });
  for (const { manifest } of await registry.versions("scale")) {
    const files = manifest.files.map((file) => {
      return { ...file, location: toLocation(new URL(`scale/blobs/${file.sha256}`, server.url)) };
    });
    const opened = await cache.open({ files, chunkBytes: manifest.chunkBytes }, QUICK);
    await opened.verified;
    for (const { path, sha256 } of files) expect(digestIfThere(join(opened.directory, path))).toBe(sha256);
    await opened.release();
  }
}

it(`after ${KILLS} swaps killed at random moments the next run is right, and the cache is whole and bounded`, async () => {
  const kills = LANES.map((alias, lane) => killOften(alias, KILLS / LANES.length, randomNumbers(lane + 1)));
  const met = await Promise.all(kills);
  expect(met.reduce((sum, count) => sum + count)).toBeGreaterThan(KILLS / 4);
  // More versions than the cache holds: some of them are fetched.
  await openEveryVersion();
  expectWholeEntries();
  expect(namesIn(cacheDirectory, "work")).toEqual([]);
  expect(namesIn(cacheDirectory, "locks")).toEqual([]);
  expect(namesIn(cacheDirectory, "sha256").length * WEIGHT_BYTES).toBeLessThan(MOST_CACHED_BYTES);
});
