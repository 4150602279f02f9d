import { inputInvalid } from "../../errors.ts";
import { quoted } from "../../tensor/check-tensors.ts";
import { FIXED_ELEMENTS } from "../../tensor/element-type.ts";
import type { Signature, Tensor, TensorSpec, Tensors } from "../../tensor/tensor.ts";
import { bareRecord } from "../json/bare-record.ts";
import { findOnlyInput } from "./only-input.ts";
import { tensorFromBytes, textFromBytes } from "./tensor-bytes.ts";
import { countElements, fitShape, isFree, wantedShape } from "./tensor-shape.ts";

/** The input that a body without any description can be: the only one that is needed, at most one size of it free. */
export function findRawInput(signature: Signature): TensorSpec | undefined {
  const only = findOnlyInput(signature);
  if (only === undefined) return undefined;
  if (only.type === "string") return countElements(only.shape.filter((size) => !isFree(size))) === 1 ? only : undefined;
  return only.shape.filter(isFree).length <= 1 ? only : undefined;
}

/**
 * A body that is nothing but the elements of one tensor, little-endian; a string is its text.
 *
 * @throws InferenceError `INPUT_INVALID` when the size does not fit.
 */
export function rawTensors(spec: TensorSpec, body: Uint8Array): Tensors {
  const inputs = bareRecord<Tensor>();
  inputs[spec.name] = rawTensor(spec, body);
  return inputs;
}

function rawTensor(spec: TensorSpec, body: Uint8Array): Tensor {
  const where = `Input ${quoted(spec.name)}`;
  if (spec.type === "string") {
    return { type: "string", shape: spec.shape.map(() => 1), data: [textFromBytes(body, where)] };
  }
  const { sizeBytes, datatype } = FIXED_ELEMENTS[spec.type];
  const shape = fitShape([body.byteLength / sizeBytes], spec.shape);
  if (shape !== undefined) return tensorFromBytes(spec.type, shape, body, where);
  throw inputInvalid(`${where} does not fit ${body.byteLength} bytes: it is ${datatype} ${wantedShape(spec)}.`);
}
