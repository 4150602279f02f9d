import { InferenceError } from "../errors.ts";
import type { Runnable, RunOptions } from "../session/runnable.ts";
import { checkInputs } from "../tensor/check-tensors.ts";
import type { Signature, TensorSpec, Tensors } from "../tensor/tensor.ts";
import type { Predictor, TensorFields } from "./predictor.ts";

/** The user's predictor seen as a model: inputs checked before it, outputs checked after it. */
export function toRunnable(predictor: Predictor, signature: Signature, model: (name?: string) => Runnable): Runnable {
  return {
    signature,
    async run(inputs: Tensors, options: RunOptions = {}): Promise<Tensors> {
      checkInputs(inputs, signature.inputs);
      const outputs = await predictor.predict(inputs, {
        model: (name) => forRequest(model(name), options),
        ...(options.outputs === undefined ? {} : { outputs: options.outputs }),
        parameters: options.parameters ?? {},
        requestId: options.requestId ?? "",
        signal: options.signal ?? new AbortController().signal,
      });
      checkOutputs(outputs, signature.outputs, options.outputs);
      return outputs;
    },
  };
}

/** A model whose runs end with the request that they serve, unless they are told otherwise. */
function forRequest(model: Runnable, { signal, deadlineAtMs }: RunOptions): Runnable {
  const request = { ...(signal && { signal }), ...(deadlineAtMs !== undefined && { deadlineAtMs }) };
  return { signature: model.signature, run: (inputs, options) => model.run(inputs, { ...request, ...options }) };
}

/** A predictor's own signature, with the only model's in place of what it does not declare. */
export function predictorSignature(predictor: Predictor, model: Signature | undefined): Signature {
  const inputs = predictor.inputs === undefined ? model?.inputs : toSpecs(predictor.inputs);
  const outputs = predictor.outputs === undefined ? model?.outputs : toSpecs(predictor.outputs);
  if (inputs !== undefined && outputs !== undefined) return { inputs, outputs };
  throw new InferenceError(
    "CONFIG_INVALID",
    "A predictor over several models must declare what it takes and gives: add `inputs` and `outputs` to it.",
  );
}

function toSpecs(fields: TensorFields): TensorSpec[] {
  return Object.entries(fields).map(([name, field]) => ({ name, ...field }));
}

/** A predictor is the user's code: what it gives is checked, so that a slip in it has a name. */
function checkOutputs(outputs: Tensors, specs: readonly TensorSpec[], wanted: readonly string[] | undefined): void {
  for (const spec of specs) {
    if (wanted !== undefined && !wanted.includes(spec.name)) continue;
    const output = Object.hasOwn(outputs, spec.name) ? outputs[spec.name] : undefined;
    if (output === undefined) {
      if (spec.optional === true) continue;
      throw new InferenceError("INTERNAL", `The predictor gave no output ${JSON.stringify(spec.name)}.`);
    }
    const count = output.shape.reduce((product, dimension) => product * dimension, 1);
    if (output.type !== spec.type || output.data.length !== count) {
      throw new InferenceError(
        "INTERNAL",
        `The predictor's output ${JSON.stringify(spec.name)} is ${output.type}[${output.shape}] with ` +
          `${output.data.length} elements; it declares ${spec.type}[${spec.shape}].`,
      );
    }
  }
}
