import { copyFile, type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { InferenceError } from "../../errors.ts";
import type { Engine, LoadMode, Session } from "../../session/engine.ts";
import { areIdentical } from "../../tensor/agreement.ts";
import type { Signature, Tensors } from "../../tensor/tensor.ts";
import { mappedPages } from "./mapped-pages.ts";
import { answerTrials, type Trial } from "./trials.ts";
import type { LaidOutModel } from "./write-layout.ts";

/** What a prepared model must be like. */
export interface Original {
  readonly signature: Signature;
  readonly trials: readonly Trial[];
}

/** Neither optimised nor packed while it is loaded. */
export const MAPPED: LoadMode = { optimize: false, prepack: false };

/** A model whose weights are in a data file. */
type MappableModel = LaidOutModel & { readonly data: string };

const COPY_BYTES = 4 * 1024 * 1024;

/** Why a prepared model, loaded in this mode, is not the original; `undefined` where it is. */
export async function disprove(
  engine: Engine,
  model: LaidOutModel,
  mode: LoadMode,
  original: Original,
): Promise<string | undefined> {
  const answers = await answersOf(engine, model, mode, original);
  return typeof answers === "string" ? answers : undefined;
}

/**
 * Why a prepared model must not be loaded while its weights arrive; `undefined` where it may.
 *
 * Loads it on a data file of the right length that holds nothing, asks the kernel whether a byte of it has been read,
 * writes the weights into the same file, and compares every answer, bit for bit, with those of a session created after.
 */
export async function disproveEarly(
  engine: Engine,
  model: LaidOutModel,
  original: Original,
): Promise<string | undefined> {
  const answers = await answersOf(engine, model, MAPPED, original);
  if (typeof answers === "string") return answers;
  if (!isMappable(model)) return undefined;
  const folder = await mkdtemp(join(model.folder, "early-"));
  try {
    await copyFile(join(model.folder, model.graph), join(folder, model.graph));
    return await disproveArriving(engine, { ...model, folder }, join(model.folder, model.data), original, answers);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function disproveArriving(
  engine: Engine,
  early: MappableModel,
  completeData: string,
  { trials }: Original,
  expected: readonly Tensors[],
): Promise<string | undefined> {
  const path = join(early.folder, early.data);
  const data = await open(path, "wx");
  let session: Session | undefined;
  try {
    await data.truncate(early.dataSizeBytes);
    session = await engine.load({ kind: "file", path: join(early.folder, early.graph), mode: MAPPED });
    const pages = mappedPages(path);
    if (pages !== undefined && pages.residentBytes > 0) return "some weights are read while the session is created";
    if (pages !== undefined && pages.mappedBytes < early.dataSizeBytes) return "some weights are copied, not mapped";
    await copyInto(data, completeData);
    const answers = await answerTrials(session, trials);
    if (typeof answers === "string") return answers;
    const isSame = answers.every((answer, index) => areIdentical(answer, expected[index] ?? {}));
    return isSame ? undefined : "its answers depend on weights that are read while the session is created";
  } finally {
    await session?.close();
    await data.close();
  }
}

/** Through the file that is mapped already: a copy under its name would be another file. */
async function copyInto(target: FileHandle, sourcePath: string): Promise<void> {
  const source = await open(sourcePath);
  const buffer = Buffer.allocUnsafeSlow(COPY_BYTES);
  try {
    for (let position = 0; ; ) {
      const { bytesRead } = await source.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return;
      await target.writeFile(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  } finally {
    await source.close();
  }
}

async function answersOf(
  engine: Engine,
  model: LaidOutModel,
  mode: LoadMode,
  { signature, trials }: Original,
): Promise<readonly Tensors[] | string> {
  let session: Session | undefined;
  try {
    session = await engine.load({ kind: "file", path: join(model.folder, model.graph), mode });
    if (outlineOf(session.signature) !== outlineOf(signature)) return "it has other inputs or outputs";
    return await answerTrials(session, trials);
  } catch (error) {
    if (InferenceError.is(error)) return error.message;
    throw error;
  } finally {
    await session?.close();
  }
}

/** Optimising a graph can tell the runtime more about its outputs' sizes; nothing else may change. */
function outlineOf({ inputs, outputs }: Signature): string {
  return JSON.stringify([inputs, outputs.map(({ name, type }) => [name, type])]);
}

function isMappable(model: LaidOutModel): model is MappableModel {
  return model.data !== undefined;
}
