import { InferenceError } from "../errors.ts";
import { diagnose, labelOf } from "./model-beginning.ts";
import { toLoadFailure } from "./onnx-failure.ts";
import { createNativeSession } from "./onnx-runtime.ts";
import { type OptimizedFile, toWriterOptions } from "./session-options.ts";

/**
 * Writes a model as the runtime optimises it.
 *
 * @throws InferenceError as `Engine.load`.
 */
export async function writeOptimizedModel(modelPath: string, file: OptimizedFile): Promise<void> {
  const source = { kind: "file", path: modelPath } as const;
  try {
    const session = await createNativeSession(modelPath, toWriterOptions(file));
    await session.release();
  } catch (error) {
    const diagnosis = InferenceError.is(error) ? undefined : await diagnose(source);
    throw diagnosis ?? toLoadFailure(error, labelOf(source));
  }
}
