import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type FaultServer, startFaultServer } from "@virga/conformance/fault-server";
import { WeightCache } from "../../../src/weights/cache/weight-cache.ts";
import { bundleProgram } from "../../support/bundle-program.ts";
import { isSame, QUICK, randomBytes, toLocation } from "../fetch/fetch-harness.ts";
import { namesIn, newFolder, toSet } from "./cache-harness.ts";
import type { FillOrder } from "./fill-process.ts";

const KILLS = 100;
const LANES = 4;
const MODELS = ["a", "b"];
const LONGEST_LIFE_MS = 100;

const objects = Object.fromEntries(
  MODELS.flatMap((model) => [
    [`/${model}/model.onnx`, randomBytes(3_000)],
    [`/${model}/model.data`, randomBytes(120_000)],
  ]),
);
const bytesOf = (model: string): Record<string, Uint8Array> => ({
  "model.onnx": objects[`/${model}/model.onnx`] ?? randomBytes(1),
  "model.data": objects[`/${model}/model.data`] ?? randomBytes(1),
});
const folder = newFolder();
const program = join(folder, "fill-process.mjs");
let server: FaultServer;

beforeAll(async () => {
  await bundleProgram(new URL("fill-process.ts", import.meta.url), program);
  // Slow enough for a kill to meet a fetch under way.
  server = await startFaultServer({ objects, bytesPerSecond: 1_500_000 });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function startFilling(directory: string): ChildProcess {
  const sets = MODELS.map((model) => {
    const { files } = toSet(bytesOf(model), () => ({ kind: "file", path: "" }));
    return { url: new URL(`${model}/`, server.url).href, files };
  });
  const order: FillOrder = { directory, sets };
  return spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ["ignore", "pipe", "inherit"] });
}

async function expectAllRight(cache: WeightCache): Promise<void> {
  const check = async (model: string): Promise<void> => {
    const set = toSet(bytesOf(model), (path) => toLocation(new URL(`${model}/${path}`, server.url)));
    const opened = await cache.open(set, QUICK);
    await opened.verified;
    for (const [path, bytes] of Object.entries(bytesOf(model))) {
      expect(isSame(readFileSync(join(opened.directory, path)), bytes)).toBe(true);
    }
    await opened.release();
  };
  await Promise.all(MODELS.map(check));
}

/** @returns how many kills met a fill under way. */
async function killOften(directory: string, times: number): Promise<number> {
  const cache = new WeightCache({ directory });
  let met = 0;
  for (let time = 0; time < times; time += 1) {
    const child = startFilling(directory);
    const ended = once(child, "exit");
    if (child.stdout !== null) await once(child.stdout, "data");
    await new Promise((settle) => setTimeout(settle, Math.random() * LONGEST_LIFE_MS));
    child.kill("SIGKILL");
    await ended;
    if (namesIn(directory, "work").length > 0) met += 1;
    await expectAllRight(cache);
    for (const name of namesIn(directory, "sha256")) rmSync(join(directory, "sha256", name), { recursive: true });
  }
  await expectAllRight(cache);
  return met;
}

describe("processes that fill one cache", () => {
  it(`leave nothing wrong when they are killed, ${KILLS} times`, async () => {
    const lanes = Array.from({ length: LANES }, (_, lane) => join(folder, `lane-${lane}`));
    for (const lane of lanes) mkdirSync(lane);
    const met = await Promise.all(lanes.map((lane) => killOften(lane, KILLS / LANES)));
    expect(met.reduce((sum, count) => sum + count)).toBeGreaterThan(KILLS / 4);
    for (const lane of lanes) {
      expect(namesIn(lane, "work")).toEqual([]);
      expect(namesIn(lane, "locks")).toEqual([]);
      expect(namesIn(lane, "sha256")).toHaveLength(MODELS.length);
    }
  });

  it("fetch each version once between them", async () => {
    const directory = join(folder, "shared");
    mkdirSync(directory);
    const before = server.requests.length;
    const children = Array.from({ length: 3 }, () => startFilling(directory));
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
    expect(codes).toEqual([0, 0, 0]);
    // Four ranges of the data and one of the graph for each model, had they come one after the other.
    expect(server.requests.length - before).toBeLessThanOrEqual(MODELS.length * 5);
    await expectAllRight(new WeightCache({ directory }));
    expect(server.requests.length - before).toBeLessThanOrEqual(MODELS.length * 5);
  });
});
