import { float16ToNumber } from "../../tensor/float16.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { MOST_FLOAT32_BYTES, writeFloat32, writeText } from "./float32-text.ts";
import type { JsonWriter } from "./json-writer.ts";

const COMMA = 0x2c;
/** Elements turned into text at a time. */
const CHUNK = 8192;

/** Elements of a tensor, to be written as JSON: flat, nested, or one row of it. */
export class TensorValues {
  readonly tensor: Tensor;
  readonly shape: readonly number[];
  /** The first element written; the shape says how many follow. */
  readonly first: number;

  constructor(tensor: Tensor, shape: readonly number[], first = 0) {
    this.tensor = tensor;
    this.shape = shape;
    this.first = first;
  }

  /** One list, row-major. */
  static flat(tensor: Tensor): TensorValues {
    return new TensorValues(tensor, [tensor.data.length]);
  }

  /** Lists in lists, as the shape says. */
  static nested(tensor: Tensor): TensorValues {
    return new TensorValues(tensor, tensor.shape);
  }

  /** The part of a tensor at one index of its first dimension. */
  static row(tensor: Tensor, index: number): TensorValues {
    const shape = tensor.shape.slice(1);
    return new TensorValues(tensor, shape, index * shape.reduce((product, size) => product * size, 1));
  }
}

/** Writes numbers as numbers, those that are not finite as strings, and float16 as the numbers that they stand for. */
export function writeTensorValues(writer: JsonWriter, values: TensorValues): void {
  writeLevel(writer, values, 0, values.first);
}

/** Writes what is nested from that level on; gives the index behind the last element. */
function writeLevel(writer: JsonWriter, values: TensorValues, level: number, first: number): number {
  const { tensor, shape } = values;
  const size = shape[level];
  if (size === undefined) {
    writeElements(writer, tensor, first, first + 1);
    return first + 1;
  }
  writer.text("[");
  let index = first;
  if (level === shape.length - 1) {
    writeElements(writer, tensor, first, first + size);
    index += size;
  } else {
    for (let each = 0; each < size; each += 1) {
      if (each > 0) writer.text(",");
      index = writeLevel(writer, values, level + 1, index);
    }
  }
  writer.text("]");
  return index;
}

function writeElements(writer: JsonWriter, tensor: Tensor, from: number, to: number): void {
  for (let first = from; first < to; first += CHUNK) {
    if (first > from) writer.text(",");
    writeChunk(writer, tensor, first, Math.min(first + CHUNK, to));
  }
}

function writeChunk(writer: JsonWriter, tensor: Tensor, from: number, to: number): void {
  const { length } = tensor.data;
  if (tensor.type === "float32")
    writeFloats(writer, to - from === length ? tensor.data : tensor.data.subarray(from, to));
  else if (tensor.type === "float16") writeFloats(writer, toFloats(tensor.data.subarray(from, to)));
  else writer.text(chunkText(tensor, from, to));
}

function chunkText(tensor: Tensor, from: number, to: number): string {
  if (tensor.type === "string") return JSON.stringify(tensor.data.slice(from, to)).slice(1, -1);
  if (tensor.type === "float64") return Array.from(tensor.data.subarray(from, to), numberText).join();
  if (tensor.type === "bool") return Array.from(tensor.data.subarray(from, to), (bit) => bit !== 0).join();
  return tensor.data.subarray(from, to).join();
}

function toFloats(float16: Uint16Array): Float32Array {
  return Float32Array.from(float16, float16ToNumber);
}

function writeFloats(writer: JsonWriter, values: Float32Array): void {
  const bytes = writer.reserve(values.length * (MOST_FLOAT32_BYTES + 1));
  let position = writer.position;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (index > 0) {
      bytes[position] = COMMA;
      position += 1;
    }
    position = Number.isFinite(value)
      ? writeFloat32(bytes, position, value)
      : writeText(bytes, position, numberText(value));
  }
  writer.advance(position);
}

/** A number as JSON; one that is not finite as the string that the protobuf JSON mapping has for it. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? "-0" : String(value);
}
