import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FileSource, Session } from "../../session/engine.ts";
import { createOnnxEngine } from "../../session/onnx-engine.ts";
import { writePackedModel } from "../../session/optimized-model.ts";
import { areIdentical } from "../../tensor/agreement.ts";
import type { Tensors } from "../../tensor/tensor.ts";
import { allGraphs, type ModelFile } from "../onnx-file/model-file.ts";
import { readModelFile } from "../onnx-file/read-model-file.ts";
import { answerTrials, collectTrials, type Trial } from "../prepare/trials.ts";
import { writeLayout } from "../prepare/write-layout.ts";

/** What a layout is to be made of, and where. */
export interface LayoutTask {
  readonly source: FileSource;
  readonly folder: string;
  /** Inputs that the model takes; random ones are tried where there are none. */
  readonly examples: readonly Tensors[];
}

/** A model whose packed weights every session maps from one file. */
export interface SharedLayout {
  readonly source: FileSource;
  /** Bytes of the weights as they are packed: what each session would copy otherwise. */
  readonly packedBytes: number;
}

const GRAPH = "model.onnx";
const DATA = "weights.bin";
const PACKED = { optimize: false, prepack: true };

/**
 * Writes a layout and proves it: bit for bit what a session answers that packs for itself, and in agreement with what the
 * source answers as it is loaded now.
 *
 * @returns why there is none, where there is none.
 * @throws InferenceError as `Engine.load`.
 */
export async function writePacked({ source, folder, examples }: LayoutTask): Promise<SharedLayout | string> {
  const draft = join(folder, "draft");
  await mkdir(draft, { recursive: true });
  try {
    await writePackedModel(source, { graphPath: join(draft, GRAPH), dataName: DATA });
    const packedBytes = bytesPacked(readModelFile(join(draft, GRAPH)));
    if (packedBytes === 0) return "the runtime packs none of its weights";
    // Kernels read packed weights with instructions that need aligned addresses; the runtime writes them anywhere.
    await writeLayout(join(draft, GRAPH), { folder, graph: GRAPH, data: DATA }, { keepPacked: true });
    const layout = { kind: "file", path: join(folder, GRAPH), mode: PACKED } as const;
    const problem = await disproveLayout(layout, source, examples);
    return problem ?? { source: layout, packedBytes };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function bytesPacked(model: ModelFile): number {
  return allGraphs(model)
    .flatMap(({ initializers }) => initializers.map(({ storage }) => storage))
    .flatMap((storage) => (storage.kind === "external" ? (storage.packed ?? []) : []))
    .flatMap(({ parts }) => parts)
    .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

async function disproveLayout(
  layout: FileSource,
  source: FileSource,
  examples: readonly Tensors[],
): Promise<string | undefined> {
  const declared = readModelFile(source.path).graph.inputs;
  const packing = { ...source, mode: { optimize: source.mode?.optimize ?? true, prepack: true } };
  const trials = await withSession(packing, (session) => collectTrials(session, declared, examples));
  if ("obstacle" in trials) return trials.obstacle;
  const answers = await withSession(layout, (session) => answerTrials(session, trials.trials));
  if (typeof answers === "string") return answers;
  if (!areAllIdentical(trials.trials, answers)) return "it answers otherwise than a session that packs for itself";
  const current = await withSession(source, (session) => answerTrials(session, trials.trials));
  return typeof current === "string" ? `packed, it answers otherwise than now: ${current}` : undefined;
}

function areAllIdentical(trials: readonly Trial[], answers: readonly Tensors[]): boolean {
  return trials.every(({ outputs }, index) => areIdentical(outputs, answers[index] ?? {}));
}

async function withSession<Result>(source: FileSource, work: (session: Session) => Promise<Result>): Promise<Result> {
  // One thread adds numbers up in the same order every time.
  const session = await createOnnxEngine({ threads: 1 }).load(source);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
