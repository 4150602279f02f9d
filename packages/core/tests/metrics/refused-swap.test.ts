import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import type { LogEntry } from "../../src/log.ts";
import { type App, createApp } from "../../src/request/app.ts";
import { WeightCache } from "../../src/weights/cache/weight-cache.ts";
import { prepareModel } from "../../src/weights/prepare/prepare-model.ts";
import { Registry } from "../../src/weights/registry/registry.ts";
import { createFileStore } from "../../src/weights/store/file-store.ts";
import { findValue, parsePrometheus } from "../support/parse-prometheus.ts";

const author = { by: "test" };
const logged: LogEntry[] = [];
let folder: string;
let registry: Registry;
let app: App;

async function push(output: string): Promise<number> {
  const path = join(folder, `${output}.onnx`);
  const model = encodeModel({
    inputs: [{ name: "X", tensor: "float32", shape: ["N"] }],
    outputs: [{ name: output, tensor: "float32", shape: ["N"] }],
    operations: [{ operator: "Add", inputs: ["X", "X"], outputs: [output] }],
  });
  await writeFile(path, model);
  const manifest = await prepareModel(path, join(folder, output));
  return (await registry.publish("registered", join(folder, output), manifest, author)).version;
}

async function ask(path: string): Promise<Response> {
  return app.fetch(new Request(`http://localhost${path}`));
}

/** How often swaps ended in each way, and the version that the metrics say serves. */
async function readMetrics(): Promise<object> {
  const samples = parsePrometheus(await (await ask("/metrics")).text());
  const count = (outcome: string): number => findValue(samples, "virga_model_swaps_total", { model: "mine", outcome });
  return {
    swapped: count("swapped"),
    refused: count("refused"),
    failed: count("failed"),
    version: samples.find(({ name }) => name === "virga_model_info")?.labels["version"],
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "virga-refused-swap-"));
  registry = new Registry(createFileStore(join(folder, "registry")));
  const cache = new WeightCache({ directory: join(folder, "cache") });
  const source = { kind: "registry", registry, name: "registered", reference: "production", cache } as const;
  app = createApp({ models: { mine: { source } }, metrics: true, log: (entry) => logged.push(entry) });
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

describe("a refused swap", () => {
  it("is seen in metrics and log, once, while the old version is what is served and described", async () => {
    await registry.promote("registered", await push("Y"), "production", author);
    await app.warm();
    expect(await readMetrics()).toEqual({ swapped: 0, refused: 0, failed: 0, version: "1" });
    await registry.promote("registered", await push("Z"), "production", author);
    await app.followAliases();
    await app.followAliases();
    expect(await readMetrics()).toEqual({ swapped: 0, refused: 1, failed: 0, version: "1" });
    expect(logged.map(({ event }) => event)).toEqual(["model.swap.failed"]);
    expect(await (await ask("/v2/models/mine")).json()).toMatchObject({ versions: ["1"], outputs: [{ name: "Y" }] });
    await registry.promote("registered", await push("Y"), "production", author);
    await app.followAliases();
    expect(await readMetrics()).toMatchObject({ swapped: 1, refused: 1, failed: 0 });
    await rm(join(folder, "registry"), { recursive: true });
  });
});
