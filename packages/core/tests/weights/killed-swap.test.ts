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
import { build } from "esbuild";
import { WeightCache } from "../../src/weights/cache/weight-cache.ts";
import { prepareModel } from "../../src/weights/prepare/prepare-model.ts";
import { Registry } from "../../src/weights/registry/registry.ts";
import { createFileStore } from "../../src/weights/store/file-store.ts";
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
const registry = new Registry(createFileStore(join(folder, "registry")));
let server: FaultServer;

beforeAll(async () => {
  const entry = fileURLToPath(new URL("serve-until-killed.ts", import.meta.url));
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["onnxruntime-node"],
  });
  for (let factor = 1; factor <= VERSIONS; factor += 1) await publish(factor);
  // Slow enough for a kill to meet a fetch under way.
  server = await startFaultServer({ objects: blobs(), bytesPerSecond: 2_000_000 });
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
  return Object.fromEntries(
    files.map((path) => [`/${relative(root, path).split(sep).join("/")}`, readFileSync(path)]),
  );
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

/** @returns how many kills met a swap. */
async function killOften(alias: string, times: number, random: () => number): Promise<number> {
  let named = 1 + Math.floor(random() * VERSIONS);
  let met = 0;
  const promote = async (): Promise<void> => {
    named = 1 + ((named + Math.floor(random() * (VERSIONS - 1))) % VERSIONS);
    await registry.promote("scale", named, alias, AUTHOR);
  };
  await promote();
  for (let time = 0; time < times; time += 1) {
    const child = startServing(alias);
    const ended = once(child, "close");
    let said = "";
    child.stdout?.on("data", (piece) => {
      said += String(piece);
    });
    await Promise.race([once(child.stdout ?? child, "data"), ended]);
    // The run after a kill is right at once.
    expect(said).toMatch(new RegExp(`^version ${named} scales by ${named}\n`));
    expectWholeEntries();
    // What killed processes leave behind does not add up.
    expect(namesIn(cacheDirectory, "work").length).toBeLessThan(16);
    const diesAtMs = performance.now() + random() * LONGEST_LIFE_MS;
    do {
      await promote();
      await sleep(Math.min(diesAtMs - performance.now(), random() * LONGEST_LIFE_MS));
    } while (performance.now() < diesAtMs);
    child.kill("SIGKILL");
    await ended;
    const answers = said.trimEnd().split("\n");
    for (const answer of answers) expect(answer).toMatch(/^version (\d) scales by \1$/);
    if (answers.at(-1)?.startsWith(`version ${named} `) === false) met += 1;
  }
  return met;
}

/** Every file of every entry is the one whose digest its version names; another lane may take entries away meanwhile. */
function expectWholeEntries(): void {
  const known = new Set(Object.keys(blobs()).map((path) => path.split("/").at(-1)));
  for (const key of namesIn(cacheDirectory, "sha256")) {
    for (const name of ["model.onnx", "weights.bin"]) {
      const path = join(cacheDirectory, "sha256", key, "files", name);
      if (existsSync(path)) expect(known).toContain(digestIfThere(path));
      else expect(existsSync(join(cacheDirectory, "sha256", key))).toBe(false);
    }
  }
}
