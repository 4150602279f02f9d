import { InferenceError } from "../errors.ts";
import type { FileSource } from "./engine.ts";
import { diagnose, labelOf } from "./model-beginning.ts";
import { toLoadFailure } from "./onnx-failure.ts";
import { createNativeSession, type NativeOptions } from "./onnx-runtime.ts";
import { type OptimizedFile, type PackedFile, toPackedWriterOptions, toWriterOptions } from "./session-options.ts";

/**
 * Writes a model as the runtime optimises it.
 *
 * @throws InferenceError as `Engine.load`.
 */
export function writeOptimizedModel(modelPath: string, file: OptimizedFile): Promise<void> {
  return write({ kind: "file", path: modelPath }, toWriterOptions(file));
}

/**
 * Writes a model as the runtime optimises and packs it for this machine. Where in its data file the packed weights lie is
 * wrong for some kernels, which end the process: they are to be moved to aligned places before the file is loaded.
 *
 * @throws InferenceError as `Engine.load`.
 */
export function writePackedModel(source: FileSource, file: PackedFile): Promise<void> {
  return write(source, toPackedWriterOptions(file, source.mode));
}

async function write(source: FileSource, options: NativeOptions): Promise<void> {
  try {
    const session = await createNativeSession(source.path, options);
    await session.release();
  } catch (error) {
    const diagnosis = InferenceError.is(error) ? undefined : await diagnose(source);
    throw diagnosis ?? toLoadFailure(error, labelOf(source));
  }
}
