import { constants } from "node:fs";
import { copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { InferenceError } from "../../errors.ts";
import type { Engine } from "../../session/engine.ts";
import { createOnnxEngine } from "../../session/onnx-engine.ts";
import { runtimeVersion } from "../../session/onnx-runtime.ts";
import type { Signature, Tensors } from "../../tensor/tensor.ts";
import type { LoadPlan, Manifest } from "../registry/manifest.ts";
import { CHUNK_BYTES, describeFile } from "./describe-file.ts";
import { graphFacts } from "./graph-facts.ts";
import { makePrepared, type Workshop } from "./make-prepared.ts";
import { openSourceModel, type SourceModel } from "./source-model.ts";
import { collectTrials, type Trials } from "./trials.ts";
import { Workbench } from "./workbench.ts";

/** What preparing is told beside the model. */
export interface PrepareOptions {
  /** Inputs that the model takes, for a model that takes no random ones. */
  readonly examples?: readonly Tensors[];
  /** Told what did not work out, and so was not done. */
  readonly report?: (text: string) => void;
}

/** Name of the manifest in a prepared folder. */
export const MANIFEST_FILE = "manifest.json";

/** A version's plan, and where its files lie before they are published. */
interface Outcome {
  readonly load: LoadPlan;
  /** Where each file has been made, by its path in the version. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Prepares a model for the fastest load: its graph optimised, its weights in one file that a session maps where it lies.
 *
 * Writes the version's files and then `manifest.json` into `targetDirectory`. Every form that is written has been run
 * against the original; where none stands the test, the original itself is written and the plan says why. The same model
 * gives the same bytes on machines of one kind.
 *
 * @throws InferenceError `WEIGHTS_MISSING`, `WEIGHTS_CORRUPT` or `MODEL_UNSUPPORTED` for a model that cannot be loaded
 * at all, `CONFIG_INVALID` when the target is the model's own folder.
 */
export async function prepareModel(
  modelPath: string,
  targetDirectory: string,
  options: PrepareOptions = {},
): Promise<Manifest> {
  if (resolve(targetDirectory) === dirname(resolve(modelPath))) {
    const message = "A model cannot be prepared into its own folder, where it would be replaced: name another one.";
    throw new InferenceError("CONFIG_INVALID", message);
  }
  // One thread adds numbers up in the same order every time.
  const engine = createOnnxEngine({ threads: 1 });
  const source = await openSourceModel(modelPath);
  const original = await askOriginal(engine, source, options.examples ?? []);
  const bench = await Workbench.open(targetDirectory);
  try {
    const { load, files } = await prepareOrKeep(source, original, {
      engine,
      bench,
      report: options.report ?? (() => undefined),
    });
    await rm(join(targetDirectory, MANIFEST_FILE), { force: true });
    await moveFiles(files, targetDirectory);
    const manifest: Manifest = {
      format: 1,
      signature: original.signature,
      operatorSets: source.file?.operatorSets ?? {},
      runtimeVersion: await runtimeVersion(),
      sourceSha256: source.sha256,
      chunkBytes: CHUNK_BYTES,
      files: await Promise.all([...files.keys()].map((path) => describeFile(targetDirectory, path))),
      load,
    };
    // Last, and at once: a folder with a manifest is whole.
    const draft = join(await bench.folder(), MANIFEST_FILE);
    await writeFile(draft, `${JSON.stringify(manifest, undefined, 2)}\n`);
    await rename(draft, join(targetDirectory, MANIFEST_FILE));
    return manifest;
  } finally {
    await bench.close();
  }
}

interface StudiedModel {
  readonly signature: Signature;
  readonly trials: Trials;
}

async function askOriginal(engine: Engine, source: SourceModel, examples: readonly Tensors[]): Promise<StudiedModel> {
  const session = await engine.load({
    kind: "file",
    path: source.path,
    mode: { optimize: true, prepack: needsPacking(source) },
  });
  try {
    const { signature } = session;
    return { signature, trials: await collectTrials(session, source.file?.graph.inputs ?? [], examples) };
  } finally {
    await session.close();
  }
}

/**
 * Packed, some quantised products are computed in another way, and some operators many times faster. All others need half
 * the memory when they are not. Of a file that only the runtime reads nothing is known.
 */
function needsPacking({ file }: SourceModel): boolean {
  if (file === undefined) return true;
  const facts = graphFacts(file);
  return facts.isQuantized || facts.needsPacking;
}

async function prepareOrKeep(
  source: SourceModel,
  { signature, trials }: StudiedModel,
  shop: Workshop,
): Promise<Outcome> {
  if (source.file === undefined) {
    return keepOriginal(
      source,
      shop.bench,
      "it is in the runtime's own format: prepare the .onnx file it was made from",
    );
  }
  if ("obstacle" in trials) return keepOriginal(source, shop.bench, trials.obstacle);
  const prepared = await makePrepared(source.path, { signature, ...trials }, shop);
  if (typeof prepared === "string") return keepOriginal(source, shop.bench, prepared);
  const names = prepared.models.flatMap(({ folder, graph, data }) =>
    (data === undefined ? [graph] : [graph, data]).map((name) => [name, join(folder, name)] as const),
  );
  return { load: prepared.load, files: new Map(names) };
}

async function keepOriginal(source: SourceModel, bench: Workbench, reason: string): Promise<Outcome> {
  const folder = await bench.folder();
  const graph = source.file === undefined ? "model.ort" : "model.onnx";
  const files = new Map<string, string>();
  for (const path of [graph, ...source.locations]) {
    const copy = join(folder, path);
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(path === graph ? source.path : join(dirname(source.path), path), copy, constants.COPYFILE_EXCL);
    files.set(path, copy);
  }
  return { load: { kind: "original", graph, prepack: needsPacking(source), reason }, files };
}

/** By renaming, because a session may have the files of that name mapped. */
async function moveFiles(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  for (const [path, made] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await rename(made, join(folder, path));
  }
}
