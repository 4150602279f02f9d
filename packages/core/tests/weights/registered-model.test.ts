import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import type { LogEntry } from "../../src/log.ts";
import { type App, createApp } from "../../src/request/app.ts";
import { WeightCache } from "../../src/weights/cache/weight-cache.ts";
import type { RegisteredModel } from "../../src/weights/load-registered.ts";
import { prepareModel } from "../../src/weights/prepare/prepare-model.ts";
import { Registry } from "../../src/weights/registry/registry.ts";
import { createFileStore } from "../../src/weights/store/file-store.ts";

const WIDTH = 64;
const author = { by: "test" };
let prepared: string;
let folder: string;
let registry: Registry;
let app: App | undefined;
let logged: LogEntry[];

/** `Y = X · factor`, with weights large enough to lie in a data file. */
function scaling(factor: number, output = "Y"): Uint8Array {
  const data = new Float32Array(WIDTH * WIDTH);
  for (let index = 0; index < WIDTH; index += 1) data[index * WIDTH + index] = factor;
  return encodeModel({
    inputs: [{ name: "X", tensor: "float32", shape: ["rows", WIDTH] }],
    outputs: [{ name: output, tensor: "float32", shape: ["rows", WIDTH] }],
    operations: [{ operator: "MatMul", inputs: ["X", "W"], outputs: [output] }],
    initializers: [{ name: "W", type: "float32", shape: [WIDTH, WIDTH], data }],
  });
}

async function prepareAll(): Promise<void> {
  for (const [name, model] of [
    ["one", scaling(1)],
    ["two", scaling(2)],
    ["other", scaling(3, "Z")],
  ] as const) {
    const path = join(prepared, `${name}.onnx`);
    await writeFile(path, model);
    await prepareModel(path, join(prepared, name));
  }
}

async function push(name: "one" | "two" | "other"): Promise<number> {
  const manifest = await prepareModel(join(prepared, `${name}.onnx`), join(prepared, name));
  return (await registry.publish("scale", join(prepared, name), manifest, author)).version;
}

function serve(refreshMs?: number): App {
  const source: RegisteredModel = {
    kind: "registry",
    registry,
    name: "scale",
    reference: "production",
    cache: new WeightCache({ directory: join(folder, "cache") }),
    ...(refreshMs && { refreshMs }),
  };
  app = createApp({ models: { scale: { source } }, log: (entry) => logged.push(entry) });
  return app;
}

/** One row of ones; gives the factor that answered and the version that it claims to be. */
async function ask(served: App): Promise<{ factor: number; version: string }> {
  const inputs = [{ name: "X", shape: [1, WIDTH], datatype: "FP32", data: Array(WIDTH).fill(1) }];
  const request = new Request("http://127.0.0.1/v2/models/scale/infer", {
    method: "POST",
    body: JSON.stringify({ inputs }),
  });
  const response = await served.fetch(request);
  const body = (await response.json()) as { model_version: string; outputs: [{ data: [number] }] };
  if (response.status !== 200) throw new Error(JSON.stringify(body));
  expect(new Set(body.outputs[0].data).size).toBe(1);
  return { factor: body.outputs[0].data[0], version: body.model_version };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (await condition()) return;
    await sleep(25);
  }
  throw new Error(`what was waited for did not come; the log: ${JSON.stringify(logged)}`);
}

beforeAll(async () => {
  prepared = await mkdtemp(join(tmpdir(), "virga-prepared-"));
  await prepareAll();
});
afterAll(() => rm(prepared, { recursive: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "virga-registered-"));
  registry = new Registry(createFileStore(join(folder, "registry")));
  logged = [];
});
afterEach(async () => {
  await app?.close();
  await rm(folder, { recursive: true });
});

describe("a model of a registry", () => {
  it("is served from its alias, mapped from the registry's own disk, under its version", async () => {
    await push("one");
    await registry.promote("scale", await push("two"), "production", author);
    expect(await ask(serve())).toEqual({ factor: 2, version: "2" });
    expect(app?.describe()[0]).toMatchObject({ name: "scale", version: "2", state: "ready" });
  });

  it("says what is missing until it is there, and then serves", async () => {
    const served = serve();
    await expect(ask(served)).rejects.toThrow(/push the model, then promote/);
    await registry.promote("scale", await push("one"), "production", author);
    expect(await ask(served)).toEqual({ factor: 1, version: "1" });
  });

  it("follows its alias forth and back", async () => {
    await registry.promote("scale", await push("one"), "production", author);
    const served = serve(20);
    expect(await ask(served)).toEqual({ factor: 1, version: "1" });
    await registry.promote("scale", await push("two"), "production", author);
    await until(async () => (await ask(served)).version === "2");
    await registry.rollback("scale", "production", author);
    await until(async () => (await ask(served)).version === "1");
    expect((await ask(served)).factor).toBe(1);
  });

  it("refuses a version with another signature, visibly, and serves the old one on", async () => {
    await registry.promote("scale", await push("one"), "production", author);
    const served = serve(20);
    await ask(served);
    await registry.promote("scale", await push("other"), "production", author);
    await until(() => logged.some((entry) => entry.event === "model.swap.failed"));
    expect(await ask(served)).toEqual({ factor: 1, version: "1" });
    expect(served.describe()[0]?.failure?.message).toMatch(/other tensors/);
    await registry.promote("scale", await push("two"), "production", author);
    await until(async () => (await ask(served)).version === "3");
    expect(served.describe()[0]?.failure).toBeUndefined();
  });

  it("swaps twenty times under thirty-two clients without a failed or mixed answer, and leaves nothing behind", async () => {
    const versions = [await push("one"), await push("two")];
    await registry.promote("scale", 1, "production", author);
    const served = serve(5);
    let isOver = false;
    let answers = 0;
    const clients = Array.from({ length: 32 }, async () => {
      while (!isOver) {
        const { factor, version } = await ask(served);
        expect(String(factor)).toBe(version);
        answers += 1;
        await sleep(50);
      }
    });
    for (let swap = 1; swap <= 20; swap += 1) {
      const target = versions[swap % 2] ?? 1;
      await registry.promote("scale", target, "production", author);
      await until(async () => (await ask(served)).version === String(target));
    }
    isOver = true;
    await Promise.all(clients);
    expect(answers).toBeGreaterThan(100);
    expect(logged.filter((entry) => entry.level === "error")).toEqual([]);
    await served.close();
    await until(async () => (await readdir(join(folder, "cache", "work"))).length === 0);
  });
});
