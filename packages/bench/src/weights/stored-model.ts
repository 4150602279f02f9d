import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir, rename } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { tensor } from "@virga/core";
import { createFileStore, type LoadPlan, prepareModel, Registry } from "@virga/core/weights";
import type { Graph } from "../models/graph.ts";
import { modelFile } from "../models/model-file.ts";
import { loadBareModel, toFeeds } from "../warm/bare-model.ts";
import { INPUT_SHAPE, inputNumbers } from "./subject.ts";

/** A model as a store has it: the original, and prepared in a registry under the alias `production`. */
export interface StoredModel {
  readonly name: string;
  readonly originalPath: string;
  /** Files of the registry by their key. */
  readonly registryFiles: Readonly<Record<string, string>>;
  /** Key and size of the largest prepared file. */
  readonly dataKey: string;
  readonly dataBytes: number;
  /** What the original answers to the one input. */
  readonly answer: readonly number[];
}

/** To be raised when models are prepared in another way. */
const EDITION = 1;
const ANSWER_FILE = "answer.json";

/** Another plan for the same files, under a name of its own. */
export interface PlanChange {
  readonly name: string;
  readonly change: (load: LoadPlan) => LoadPlan;
}

const AS_PREPARED: PlanChange = { name: "registry", change: (load) => load };

/** Prepares and publishes a model, unless the cache has it. */
export async function storeModel(graph: Graph, cache: string, plan = AS_PREPARED): Promise<StoredModel> {
  const originalPath = modelFile(graph, cache);
  const folder = join(cache, `${basename(originalPath, ".onnx")}-${plan.name}-${EDITION}`);
  if (!existsSync(folder)) await makeRegistry(graph.name, originalPath, folder, plan);
  const store = join(folder, "registry");
  const { manifest } = await new Registry(createFileStore(store)).resolve(graph.name, "production");
  const largest = manifest.files.toSorted((one, other) => other.sizeBytes - one.sizeBytes)[0];
  if (largest === undefined) throw new RangeError(`${graph.name} has no files`);
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return {
    name: graph.name,
    originalPath,
    registryFiles: Object.fromEntries(files.map((path) => [relative(store, path), path])),
    dataKey: `${graph.name}/blobs/${largest.sha256}`,
    dataBytes: largest.sizeBytes,
    answer: JSON.parse(readFileSync(join(folder, ANSWER_FILE), "utf8")) as number[],
  };
}

async function makeRegistry(name: string, originalPath: string, folder: string, plan: PlanChange): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  const prepared = join(draft, "prepared");
  mkdirSync(draft, { recursive: true });
  const made = await prepareModel(originalPath, prepared);
  const manifest = { ...made, load: plan.change(made.load) };
  const registry = new Registry(createFileStore(join(draft, "registry")));
  const author = { by: "benchmark" };
  const { version } = await registry.publish(name, prepared, manifest, author);
  await registry.promote(name, version, "production", author);
  rmSync(prepared, { recursive: true });
  writeFileSync(join(draft, ANSWER_FILE), JSON.stringify(await ask(originalPath)));
  await rename(draft, folder);
}

async function ask(path: string): Promise<number[]> {
  const model = await loadBareModel(path);
  const { y } = await model.run(toFeeds({ x: tensor("float32", INPUT_SHAPE, inputNumbers()) }));
  return Array.from(y?.data as Float32Array);
}
