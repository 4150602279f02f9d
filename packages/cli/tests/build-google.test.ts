import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import { createFileStore, Registry } from "@virga/core/weights";
import { publishModels } from "@virga/deploy";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { type FrameworkFunction, startFrameworkFunction } from "./support/framework-function.ts";
import { runVirga } from "./support/run-virga.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

// A function takes long to start where many others want the CPUs.
jest.setTimeout(240_000);

/** Counts to `steps`, in a loop whose turns each cost some microseconds. */
const COUNTING = encodeModel({
  inputs: [{ name: "steps", tensor: "int64", shape: [] }],
  outputs: [{ name: "count", tensor: "float32", shape: [1] }],
  operations: [
    {
      operator: "Loop",
      inputs: ["steps", "", "zero"],
      outputs: ["count"],
      attributes: {
        body: {
          graph: {
            inputs: [
              { name: "turn", tensor: "int64", shape: [] },
              { name: "going", tensor: "bool", shape: [] },
              { name: "before", tensor: "float32", shape: [1] },
            ],
            outputs: [
              { name: "on", tensor: "bool", shape: [] },
              { name: "after", tensor: "float32", shape: [1] },
            ],
            operations: [
              { operator: "Identity", inputs: ["going"], outputs: ["on"] },
              { operator: "Add", inputs: ["before", "one"], outputs: ["after"] },
            ],
          },
        },
      },
    },
  ],
  initializers: [
    { name: "zero", type: "float32", shape: [1], data: Float32Array.of(0) },
    { name: "one", type: "float32", shape: [1], data: Float32Array.of(1) },
  ],
});
/** Takes far longer than a few answers of the thread that answers. */
const MANY = 2_000_000;
const WORKER_BEGINS = "a worker begins";
const WORKER_RUNS = "a worker runs a model";

/** Has workers tell what they do, and end at a run where the file is there. */
const WATCH = `
const { isMainThread, parentPort } = require("node:worker_threads");
const { rmSync, writeSync } = require("node:fs");
if (!isMainThread) {
  writeSync(1, "${WORKER_BEGINS}\\n");
  parentPort.on("message", ({ kind }) => {
    if (kind !== "run") return;
    writeSync(1, "${WORKER_RUNS}\\n");
    try { rmSync(process.env.DEATH); } catch { return; }
    process.exit(7);
  });
}
`;

let workspace: Workspace;
let running: FrameworkFunction | undefined;

beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  workspace.remove();
});

/** Builds the service as its user does, unpacks the zip and starts what was in it. */
async function start(google: string): Promise<FrameworkFunction> {
  const { folder } = workspace;
  const path = workspace.write("counting.onnx", COUNTING);
  workspace.write("serverless.yml", toConfig(google));
  const built = await runVirga(folder, ["build", "--provider", "google", "-o", "out/function", "--zip"]);
  expect([built.code, built.stderr]).toEqual([0, expect.not.stringContaining("warning")]);
  await unzip(join(folder, "out/function.zip"), join(folder, "unpacked"));
  const models = [{ name: "counting", origin: { kind: "file", path } as const }];
  const registry = new Registry(createFileStore(join(folder, "registry")));
  await publishModels({ models, folder }, registry, { author: { by: "test" } });
  running = await startFrameworkFunction(join(folder, "unpacked"), {
    VIRGA_STORE: join(folder, "registry"),
    VIRGA_CACHE: join(folder, "cache"),
    NODE_OPTIONS: `--require=${workspace.write("watch.cjs", WATCH)}`,
    DEATH: deathOf(workspace),
  });
  return running;
}

function toConfig(google: string): string {
  return `service: counting\ninference:\n  models: { counting: counting.onnx }\n  memory: 2048\n  timeout: 120\n  access: public\n  google: ${google}\n`;
}

async function unzip(path: string, folder: string): Promise<void> {
  const reader = new ZipReader(new Uint8ArrayReader(readFileSync(path)));
  for (const entry of await reader.getEntries()) {
    if (entry.directory) throw new Error(`${entry.filename} is a folder`);
    const target = join(folder, entry.filename);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, await entry.getData(new Uint8ArrayWriter()));
  }
}

async function count({ url }: FrameworkFunction, steps: number): Promise<unknown> {
  const inputs = [{ name: "steps", datatype: "INT64", shape: [], data: [steps] }];
  const response = await fetch(`${url}/v2/models/counting/infer`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputs }),
  });
  const answer = (await response.json()) as { outputs?: readonly { data: readonly number[] }[]; code?: string };
  return answer.outputs?.[0]?.data[0] ?? [response.status, response.headers.get("retry-after"), answer.code];
}

function deathOf({ folder }: Workspace): string {
  return join(folder, "death");
}

function timesWritten(started: FrameworkFunction, text: string): number {
  return started.log().filter((line) => line === text).length;
}

/** Asks until models have moved into workers: the first runs go on without. */
async function untilWorkersRun(started: FrameworkFunction): Promise<void> {
  while (timesWritten(started, WORKER_RUNS) === 0) expect(await count(started, 20_000)).toBe(20_000);
}

describe("a function for Google Cloud whose instances get several requests at once", () => {
  it("answers others while models run, each on a processor of its own", async () => {
    const started = await start("{ cpu: 2 }");
    const unpacked = join(workspace.folder, "unpacked");
    const sizes = readdirSync(unpacked).map((name) => statSync(join(unpacked, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(47_000_000);
    expect(statSync(join(workspace.folder, "out/function.zip")).size).toBeLessThan(18_000_000);

    await untilWorkersRun(started);
    await started.until(() => timesWritten(started, WORKER_BEGINS) === 2);
    let answered = 0;
    const runs = [MANY, MANY + 1].map(async (steps) => {
      const counted = await count(started, steps);
      answered += 1;
      return counted;
    });
    for (let asked = 0; asked < 10; asked += 1) {
      expect((await fetch(`${started.url}/v2/health/ready`)).status).toBe(200);
    }
    expect(answered).toBe(0);
    expect(await Promise.all(runs)).toEqual([MANY, MANY + 1]);
  });

  it("loses one run with a worker that ends, and replaces the worker", async () => {
    const started = await start("{ cpu: 1 }");
    await untilWorkersRun(started);
    writeFileSync(deathOf(workspace), "");
    expect(await count(started, 1_000_000)).toEqual([503, expect.stringMatching(/^\d+$/), "WORKER_LOST"]);
    expect(await count(started, 1_000)).toBe(1_000);
    expect(timesWritten(started, WORKER_BEGINS)).toBe(2);
    expect(started.log()).toContainEqual(expect.stringContaining("exited with code 7"));
  });
});

describe("a function for Google Cloud whose instances get one request at a time", () => {
  it("runs models on the thread that answers, and carries no workers", async () => {
    const started = await start("{ cpu: 2, concurrency: 1 }");
    for (let each = 0; each < 5; each += 1) expect(await count(started, 1_000)).toBe(1_000);
    expect(timesWritten(started, WORKER_BEGINS)).toBe(0);
    expect(readdirSync(join(workspace.folder, "unpacked"))).not.toContain("worker-entry.mjs");
    expect(readFileSync(join(workspace.folder, "unpacked/index.mjs"), "utf8")).not.toContain("virga-worker");
  });
});
