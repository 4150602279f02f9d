import { InferenceError } from "../errors.ts";
import { quoted } from "../tensor/check-tensors.ts";
import { type ElementType, FIXED_ELEMENTS } from "../tensor/element-type.ts";
import type { Signature, TensorSpec } from "../tensor/tensor.ts";
import type { UnusableOutput } from "./engine.ts";
import type { NativeMetadata } from "./onnx-runtime.ts";

/** What a session takes and gives, and what it has but cannot give. */
export interface OnnxSignature extends Signature {
  readonly unusableOutputs: readonly UnusableOutput[];
  readonly batchable: boolean;
}

type Reading = { readonly spec: TensorSpec } | { readonly obstacle: string };

/**
 * Reads a model's signature from the runtime's metadata.
 *
 * @throws InferenceError `MODEL_UNSUPPORTED` for an input that cannot be given, or when no output can be had.
 */
export function readSignature(
  inputs: readonly NativeMetadata[],
  outputs: readonly NativeMetadata[],
  modelLabel: string,
): OnnxSignature {
  const inputSpecs = inputs.map((input) => {
    const reading = readTensor(input);
    if ("spec" in reading) return reading.spec;
    throw unsupported(`${modelLabel} has an input ${quoted(input.name)} that cannot be given: ${reading.obstacle}.`);
  });
  const outputSpecs: TensorSpec[] = [];
  const unusableOutputs: UnusableOutput[] = [];
  for (const output of outputs) {
    const reading = readOutput(output);
    if ("spec" in reading) outputSpecs.push(reading.spec);
    else unusableOutputs.push({ name: output.name, reason: reading.obstacle });
  }
  const [unusable] = unusableOutputs;
  if (outputSpecs.length === 0 && unusable !== undefined) {
    throw unsupported(
      `${modelLabel} has no output that can be returned: ${quoted(unusable.name)}: ${unusable.reason}.`,
    );
  }
  const batchable = haveFreeRows(inputs, outputSpecs);
  return { inputs: inputSpecs, outputs: outputSpecs, unusableOutputs, batchable };
}

/** Inputs whose first dimensions bear different names are as long as they like, and not rows of one batch. */
function haveFreeRows(inputs: readonly NativeMetadata[], outputs: readonly TensorSpec[]): boolean {
  const shapes = inputs.map((input) => (input.isTensor ? input.shape : []));
  const names = new Set(shapes.map(([rows]) => rows));
  const otherNames = new Set(shapes.flatMap((shape) => shape.slice(1)));
  // Dimensions without a name are an empty string: they may be the same or not.
  names.delete("");
  const [name] = names;
  return (
    shapes.length > 0 &&
    shapes.every(([rows]) => typeof rows === "string") &&
    names.size <= 1 &&
    (name === undefined || !otherNames.has(name)) &&
    outputs.every(({ shape }) => shape[0] === -1)
  );
}

function readOutput(output: NativeMetadata): Reading {
  // The runtime's JavaScript part assigns results to a plain object, where this name sets the prototype instead.
  if (output.name === "__proto__") return { obstacle: "the runtime cannot return an output of this name; rename it" };
  return readTensor(output);
}

function readTensor(value: NativeMetadata): Reading {
  if (!value.isTensor) {
    const advice = "convert classifiers of scikit-learn with `zipmap` off";
    return { obstacle: `it is a sequence, map or optional value, and only tensors can be carried (${advice})` };
  }
  // int4 and uint4 load, but abort the whole process when they are fetched.
  if (!isElementType(value.type)) return { obstacle: `the runtime cannot carry its element type ${value.type}` };
  const shape = value.shape.map((dimension) => (typeof dimension === "number" ? dimension : -1));
  return { spec: { name: value.name, type: value.type, shape } };
}

function isElementType(type: string): type is ElementType {
  return type === "string" || Object.hasOwn(FIXED_ELEMENTS, type);
}

function unsupported(message: string): InferenceError {
  return new InferenceError("MODEL_UNSUPPORTED", message);
}
