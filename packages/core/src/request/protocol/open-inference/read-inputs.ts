import { inputInvalid } from "../../../errors.ts";
import { quoted } from "../../../tensor/check-tensors.ts";
import { toDatatype, toElementType } from "../../../tensor/element-type.ts";
import type { Signature, Tensor, TensorSpec, Tensors } from "../../../tensor/tensor.ts";
import { bareRecord } from "../../json/bare-record.ts";
import type { JsonObject, JsonValue } from "../../json/json-value.ts";
import { NumberArray } from "../../json/number-array.ts";
import { expectObject, expectString, listNames, readParameters } from "../json-body.ts";
import { collectValues } from "../plain-values.ts";
import { stringsFromBytes, tensorFromBytes } from "../tensor-bytes.ts";
import { toTensorOfShape } from "../tensor-json.ts";
import { countElements, fitShape, isFree, shapeText, wantedShape } from "../tensor-shape.ts";
import type { BinaryParts } from "./binary-parts.ts";

/**
 * The tensors of a request. Names, types and shapes must be those of the signature; nothing is converted.
 *
 * @throws InferenceError `INPUT_INVALID`, naming the input.
 */
export function readInputs(value: JsonValue | undefined, binary: BinaryParts, signature: Signature): Tensors {
  if (!Array.isArray(value))
    throw inputInvalid('"inputs" must be a list of objects with name, shape, datatype and data.');
  const inputs = bareRecord<Tensor>();
  for (const [index, each] of value.entries()) {
    const entry = expectObject(each, () => `"inputs", element ${index},`);
    const name = expectString(entry["name"], () => `"inputs", element ${index}: "name"`);
    const spec = signature.inputs.find((input) => input.name === name);
    if (spec === undefined) {
      throw inputInvalid(`There is no input ${quoted(name)}; the inputs are: ${listNames(signature.inputs)}.`);
    }
    if (name in inputs) throw inputInvalid(`Input ${quoted(name)} is given twice.`);
    inputs[name] = readInput(entry, spec, binary);
  }
  binary.finish();
  return inputs;
}

function readInput(entry: JsonObject, spec: TensorSpec, binary: BinaryParts): Tensor {
  const where = labelOf(spec);
  checkDatatype(entry["datatype"], spec, where);
  const shape = readShape(entry["shape"], spec, where);
  const parameters = readParameters(entry["parameters"], () => `${where}: "parameters"`);
  if ("shared_memory_region" in parameters) throw inputInvalid(`${where} is in shared memory, which is not supported.`);
  const { data } = entry;
  const size = parameters["binary_data_size"];
  if (size === undefined) return readData(data, { ...spec, shape }, where);
  if (data !== undefined) throw inputInvalid(`${where} has both "data" and "binary_data_size"; send one of them.`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw inputInvalid(`${where}: "binary_data_size" must be a number of bytes.`);
  }
  const bytes = binary.take(size, where);
  if (spec.type !== "string") return tensorFromBytes(spec.type, shape, bytes, where);
  return { type: "string", shape, data: stringsFromBytes(bytes, countElements(shape), where) };
}

const labels = new WeakMap<TensorSpec, string>();

/** What messages call an input: made once for all requests. */
function labelOf(spec: TensorSpec): string {
  const known = labels.get(spec);
  if (known !== undefined) return known;
  const label = `Input ${quoted(spec.name)}`;
  labels.set(spec, label);
  return label;
}

function checkDatatype(value: JsonValue | undefined, spec: TensorSpec, where: string): void {
  const datatype = expectString(value, () => `${where}: "datatype"`);
  if (toElementType(datatype) === spec.type) return;
  throw inputInvalid(`${where} has the datatype ${quoted(datatype)}, but must have ${toDatatype(spec.type)}.`);
}

function readShape(value: JsonValue | undefined, spec: TensorSpec, where: string): readonly number[] {
  const shape = toSizes(value);
  if (shape === undefined) throw inputInvalid(`${where}: "shape" must be a list of sizes, each an integer from 0 on.`);
  const fits = spec.shape.every((size, axis) => isFree(size) || size === shape[axis]);
  if (spec.shape.length > 0 && (spec.shape.length !== shape.length || !fits)) {
    throw inputInvalid(`${where} has the shape ${shapeText(shape)}, but must have ${wantedShape(spec)}.`);
  }
  return shape;
}

function toSizes(value: JsonValue | undefined): readonly number[] | undefined {
  if (Array.isArray(value) && value.length === 0) return [];
  if (!(value instanceof NumberArray) || value.shape.length !== 1) return undefined;
  const plain = value.toSizes();
  if (plain !== undefined) return plain;
  const sizes = Array.from(value.toFloat64());
  return sizes.every((size) => Number.isSafeInteger(size) && size >= 0) ? sizes : undefined;
}

function readData(data: JsonValue | undefined, spec: TensorSpec, where: string): Tensor {
  if (data === undefined) throw inputInvalid(`${where} has neither "data" nor "binary_data_size".`);
  const values = collectValues(data, spec);
  return toTensorOfShape(values, spec, fitShape(values.nesting, spec.shape));
}
