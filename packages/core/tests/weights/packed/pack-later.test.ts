import { readdirSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import type { LogEntry } from "../../../src/log.ts";
import type { Engine, FileSource, Session } from "../../../src/session/engine.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { ownIdentity, toOwnedName } from "../../../src/weights/cache/process-identity.ts";
import { makeLayoutFolder } from "../../../src/weights/packed/layout-folder.ts";
import { firstLoad, packLater } from "../../../src/weights/packed/pack-later.ts";
import { createWorkerEngine, type WorkerEngine } from "../../../src/workers/worker-engine.ts";

const WIDTH = 1_024;
/** `y = x W`, 4 MB of weights. */
const PRODUCT = encodeModel({
  inputs: [{ name: "x", tensor: "float32", shape: ["N", WIDTH] }],
  outputs: [{ name: "y", tensor: "float32", shape: ["N", WIDTH] }],
  operations: [{ operator: "MatMul", inputs: ["x", "W"], outputs: ["y"] }],
  initializers: [
    {
      name: "W",
      type: "float32",
      shape: [WIDTH, WIDTH],
      data: Float32Array.from({ length: WIDTH * WIDTH }, (_, index) => Math.sin(index)),
    },
  ],
});
const INPUTS = {
  x: tensor(
    "float32",
    [2, WIDTH],
    Float32Array.from({ length: 2 * WIDTH }, (_, at) => Math.cos(at)),
  ),
};

let folder: string;
let engine: WorkerEngine;
let log: LogEntry[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "virga-pack-later-"));
  engine = createWorkerEngine({ workers: 2 });
  log = [];
});

afterEach(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

async function load(bytes: Uint8Array): Promise<Session> {
  const source: FileSource = { kind: "file", path: join(folder, "model.onnx") };
  await writeFile(source.path, bytes);
  return packLater(await engine.load(source), { engine, source, log: (entry) => log.push(entry) });
}

/** Runs until something is said about packing, and gives the answers of all runs. */
async function runUntilTold(session: Session): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  while (log.length === 0) {
    answers.push((await session.run(INPUTS))["y"]?.data);
    await sleep(5);
  }
  return answers;
}

/** Folders of this process that hold layouts. */
function layoutFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`virga-packed-${toOwnedName(ownIdentity(), "")}`));
}

describe("packLater", () => {
  it("moves to packed weights while it serves, changes no bit of an answer, and leaves nothing behind", async () => {
    const session = await load(PRODUCT);
    let paceChanges = 0;
    session.onPaceChange?.(() => {
      paceChanges += 1;
    });
    const answers = await runUntilTold(session);
    expect(paceChanges).toBe(1);
    expect(log.map(({ event, message }) => `${event} ${message}`)).toEqual([
      expect.stringMatching(/^model\.packed .*model\.onnx runs on packed weights now\.$/),
    ]);
    const packed = await Promise.all(Array.from({ length: 8 }, () => session.run(INPUTS)));
    const first = answers[0];
    for (const answer of [...answers, ...packed.map(({ y }) => y?.data)]) expect(answer).toEqual(first);
    expect(layoutFolders()).toHaveLength(1);
    await session.close();
    expect(layoutFolders()).toHaveLength(0);
  });

  it("takes all workers where packing fails, and leaves nothing behind", async () => {
    const source: FileSource = { kind: "file", path: join(folder, "model.onnx") };
    await writeFile(source.path, PRODUCT);
    const spreads: unknown[] = [];
    const failing: Engine = {
      platform: engine.platform,
      lanes: engine.lanes,
      load(asked, spread) {
        const isLayout = asked.kind === "file" && asked.path !== source.path;
        if (isLayout) return Promise.reject(new Error("This engine loads no layout."));
        spreads.push(spread);
        return engine.load(asked, spread);
      },
    };
    const first = firstLoad(failing, source);
    const bare = await failing.load(first.source, first.spread);
    const session = packLater(bare, { engine: failing, source, log: (entry) => log.push(entry) });
    const answers = await runUntilTold(session);
    expect(log.map(({ event }) => event)).toEqual(["model.packing.failed"]);
    while (spreads.length < 2) await sleep(5);
    expect(spreads).toEqual(["one", "each"]);
    const { y } = await session.run(INPUTS);
    expect(y?.data.length).toBe((answers[0] as Float32Array).length);
    expect(layoutFolders()).toHaveLength(0);
    await session.close();
  });

  it("is closed in the middle of it", async () => {
    const session = await load(PRODUCT);
    for (let run = 0; run < 60; run += 1) await session.run(INPUTS);
    await session.close();
    expect(layoutFolders()).toHaveLength(0);
    expect(log).toEqual([]);
  });
});

describe("makeLayoutFolder", () => {
  it("removes what processes that have ended left behind, and nothing else", async () => {
    const parent = join(folder, "packed");
    const dead = `virga-packed-${toOwnedName({ ...ownIdentity(), pid: 2 ** 22 + 1 }, "left")}`;
    const living = `virga-packed-${toOwnedName(ownIdentity(), "lives")}`;
    for (const name of [dead, living, "another"]) await mkdir(join(parent, name), { recursive: true });
    const made = await makeLayoutFolder(parent);
    expect(readdirSync(parent).sort()).toEqual([made.slice(parent.length + 1), living, "another"].sort());
    // Whoever else could write there could have any model served.
    expect(statSync(made).mode & 0o777).toBe(0o700);
  });
});
