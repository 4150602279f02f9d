import { inputInvalid } from "../../errors.ts";
import { quoted } from "../../tensor/check-tensors.ts";
import type { Signature, Tensor, TensorSpec, Tensors } from "../../tensor/tensor.ts";
import { bareRecord } from "../json/bare-record.ts";
import type { JsonObject, JsonValue } from "../json/json-value.ts";
import { listNames } from "./json-body.ts";
import { toTensor } from "./tensor-json.ts";

/** Turns the value of one input into its tensor. */
export type ToTensor = (value: JsonValue, spec: TensorSpec) => Tensor;

/**
 * Tensors from an object of values by input name.
 *
 * @throws InferenceError `INPUT_INVALID` for a name that is no input's, or a value that does not fit.
 */
export function namedTensors(values: JsonObject, signature: Signature, convert: ToTensor = toTensor): Tensors {
  const inputs = bareRecord<Tensor>();
  for (const [name, value] of Object.entries(values)) inputs[name] = convert(value, findInput(name, signature));
  return inputs;
}

/** @throws InferenceError `INPUT_INVALID` for a name that is no input's. */
function findInput(name: string, { inputs }: Signature): TensorSpec {
  const spec = inputs.find((input) => input.name === name);
  if (spec !== undefined) return spec;
  throw inputInvalid(`There is no input ${quoted(name)}; the inputs are: ${listNames(inputs)}.`);
}
