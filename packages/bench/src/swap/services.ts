import { mkdtempSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "@virga/core";
import { createFileStore, prepareModel, Registry, WeightCache } from "@virga/core/weights";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { INPUT_SHAPE, inputNumbers } from "../weights/subject.ts";

/** A model in service that can be changed for another version. */
export interface Service {
  /** What the service says, and which version says it. */
  ask(): Promise<Answer>;
  /** Puts the version of that number (from 1) in service. */
  swap(version: number): Promise<void>;
  close(): Promise<void>;
}

export interface Answer {
  readonly version: number;
  readonly numbers: readonly number[];
}

/** A session in a variable, replaced by the next one: read, created, the old one released when its runs are over. */
export async function startNaiveService(paths: readonly string[]): Promise<Service> {
  const load = async (version: number) => ({
    version,
    session: await InferenceSession.create(await readFile(paths[version - 1] ?? "")),
    runs: new Set<Promise<unknown>>(),
  });
  let current = await load(1);
  return {
    async ask() {
      const { session, version, runs } = current;
      const run = session.run({ x: new Tensor("float32", inputNumbers(), INPUT_SHAPE) });
      runs.add(run);
      const { y } = await run.finally(() => runs.delete(run));
      return { version, numbers: Array.from(y?.data as Float32Array) };
    },
    async swap(version) {
      const old = current;
      current = await load(version);
      void Promise.allSettled(old.runs).then(() => old.session.release());
    },
    close: async () => {
      await Promise.allSettled(current.runs);
      await current.session.release();
    },
  };
}

const NAME = "model";
const ALIAS = "production";
const AUTHOR = { by: "benchmark" };

/** An app on a registry of this disk: swapped by its alias. */
export async function startOurService(paths: readonly string[]): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), "virga-bench-"));
  const registry = new Registry(createFileStore(join(folder, "registry")));
  for (const [index, path] of paths.entries()) {
    const prepared = join(folder, `prepared-${index}`);
    await registry.publish(NAME, prepared, await prepareModel(path, prepared), AUTHOR);
    await rm(prepared, { recursive: true });
  }
  await registry.promote(NAME, 1, ALIAS, AUTHOR);
  const cache = new WeightCache({ directory: join(folder, "cache") });
  const source = { kind: "registry" as const, registry, name: NAME, reference: ALIAS, cache };
  const app = createApp({ models: { [NAME]: { source } } });
  await app.warm();
  const inputs = [{ name: "x", shape: INPUT_SHAPE, datatype: "FP32", data: Array.from(inputNumbers()) }];
  const body = JSON.stringify({ inputs });
  return {
    async ask() {
      const url = `http://127.0.0.1/v2/models/${NAME}/infer`;
      const response = await app.fetch(new Request(url, { method: "POST", body }));
      if (response.status !== 200) throw new Error(`a request failed: ${await response.text()}`);
      const said = (await response.json()) as { model_version: string; outputs: [{ data: number[] }] };
      return { version: Number(said.model_version), numbers: said.outputs[0].data };
    },
    async swap(version) {
      await registry.promote(NAME, version, ALIAS, AUTHOR);
      await app.reloadModel(NAME);
    },
    async close() {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
