import { InferenceError, inputInvalid, runCancelled } from "../errors.ts";
import { checkInputs, listNames, quoted } from "../tensor/check-tensors.ts";
import type { Signature, Tensor, Tensors } from "../tensor/tensor.ts";
import type { Engine, ModelSource, Session, UnusableOutput } from "./engine.ts";
import { diagnose, labelOf } from "./model-beginning.ts";
import { toLoadFailure, toRunFailure } from "./onnx-failure.ts";
import {
  createNativeSession,
  fromNativeValue,
  type NativeOptions,
  type NativeSession,
  type NativeValue,
  toNativeValue,
} from "./onnx-runtime.ts";
import { type OnnxSignature, readSignature } from "./onnx-signature.ts";
import type { RunOptions } from "./runnable.ts";
import { chooseThreads, type OnnxEngineOptions, toNativeOptions } from "./session-options.ts";
import { UnderWay } from "./under-way.ts";

type NativeValues = Readonly<Record<string, NativeValue>>;

/**
 * Runs ONNX models with onnxruntime-node on the CPU. Runs and loads block the thread they are called from.
 *
 * @throws InferenceError `CONFIG_INVALID` for options out of range.
 */
export function createOnnxEngine(options: OnnxEngineOptions = {}): Engine {
  const threads = chooseThreads(options);
  return { platform: "onnx_onnxv1", load: (source) => load(source, threads, options.spinning) };
}

async function load(source: ModelSource, threads: number, spinning: boolean | undefined): Promise<Session> {
  const native = await createOrExplain(source, toNativeOptions(source, threads, spinning));
  try {
    return toSession(native, readSignature(native.inputMetadata, native.outputMetadata, labelOf(source)));
  } catch (error) {
    await native.release();
    throw error;
  }
}

async function createOrExplain(source: ModelSource, options: NativeOptions): Promise<NativeSession> {
  try {
    return await createNativeSession(source.kind === "file" ? source.path : unshared(source.bytes), options);
  } catch (error) {
    const diagnosis = InferenceError.is(error) ? undefined : await diagnose(source);
    throw diagnosis ?? toLoadFailure(error, labelOf(source));
  }
}

/** The runtime takes no model from shared memory. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof SharedArrayBuffer ? new Uint8Array(bytes) : bytes;
}

function toSession(native: NativeSession, { unusableOutputs, batchable, ...signature }: OnnxSignature): Session {
  const runs = new UnderWay();
  const allNames = signature.outputs.map(({ name }) => name);
  let closing: Promise<void> | undefined;
  // The binding takes such a name for asked for even when it is not, and stumbles over the value it inherits.
  const inheritedNames = allNames.filter((name) => name in Object.prototype);

  return {
    signature,
    unusableOutputs,
    batchable,
    async run(inputs: Tensors, options: RunOptions = {}): Promise<Tensors> {
      if (closing !== undefined) throw new InferenceError("INTERNAL", "The model's session has been closed.");
      if (options.signal?.aborted) throw runCancelled();
      checkInputs(inputs, signature.inputs);
      const wanted = options.outputs ?? allNames;
      if (options.outputs !== undefined) checkOutputNames(options.outputs, signature, unusableOutputs);
      const names = inheritedNames.length === 0 ? wanted : [...wanted, ...inheritedNames];
      const feeds = toFeeds(inputs);
      runs.begin();
      try {
        return pick(await native.run(feeds, names), wanted);
      } catch (error) {
        const failure = toRunFailure(error);
        // The pool has grown its step to the size that was refused, and would take most of the memory with the next step:
        // refused once more, it begins with small ones again (800 MB; the binding passes on no option that shrinks it).
        if (failure.code === "INPUT_TOO_LARGE") await native.run(feeds, names).catch(() => undefined);
        throw failure;
      } finally {
        runs.end();
      }
    },
    close(): Promise<void> {
      closing ??= runs.ended().then(() => native.release());
      return closing;
    },
  };
}

function toFeeds(inputs: Tensors): Record<string, NativeValue> {
  const feeds: Record<string, NativeValue> = Object.create(null);
  for (const name of Object.keys(inputs)) {
    const input = inputs[name];
    if (input !== undefined) feeds[name] = toNativeValue(input);
  }
  return feeds;
}

/** The outputs asked for, in a record without a prototype, where every name is a name like any other. */
function pick(results: NativeValues, names: readonly string[]): Tensors {
  const outputs: Record<string, Tensor> = Object.create(null);
  for (const name of names) {
    const result = results[name];
    if (result !== undefined) outputs[name] = fromNativeValue(result);
  }
  return outputs;
}

function checkOutputNames(
  wanted: readonly string[],
  { outputs }: Signature,
  unusableOutputs: readonly UnusableOutput[],
): void {
  if (wanted.length === 0) throw inputInvalid("No output is asked for: leave the list away to get all of them.");
  for (const name of wanted) {
    if (outputs.some((output) => output.name === name)) continue;
    const unusable = unusableOutputs.find((output) => output.name === name);
    if (unusable !== undefined) throw inputInvalid(`Output ${quoted(name)} cannot be returned: ${unusable.reason}.`);
    throw inputInvalid(`Output ${quoted(name)} is unknown; ${listNames("output", outputs)}.`);
  }
}
