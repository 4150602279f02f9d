import { Buffer, isUtf8 } from "node:buffer";
import { inputInvalid } from "../../errors.ts";
import { FIXED_ELEMENTS, type FixedElementType, toDatatype } from "../../tensor/element-type.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { countElements, shapeText } from "./tensor-shape.ts";

/** A string in the binary extension has its length in front, four bytes little-endian. */
const STRING_LENGTH_BYTES = 4;

type FixedTensor = Tensor<FixedElementType>;

/**
 * A tensor whose elements are those bytes, little-endian and row-major: a view of them where they are aligned, a copy
 * where not.
 *
 * @param where names the tensor in messages, e.g. `Input "X"`.
 * @throws InferenceError `INPUT_INVALID` when the number of bytes does not fit the shape, or a boolean is not 0 or 1.
 */
export function tensorFromBytes(
  type: FixedElementType,
  shape: readonly number[],
  bytes: Uint8Array,
  where: string,
): FixedTensor {
  const { sizeBytes, array: ElementArray } = FIXED_ELEMENTS[type];
  const count = countElements(shape);
  if (bytes.byteLength !== count * sizeBytes) {
    const needed = `${toDatatype(type)} of the shape ${shapeText(shape)} takes ${count * sizeBytes}`;
    throw inputInvalid(`${where} has ${bytes.byteLength} bytes, but ${needed}.`);
  }
  if (type === "bool") checkBooleans(bytes, where);
  const aligned = bytes.byteOffset % sizeBytes === 0 ? bytes : Uint8Array.from(bytes);
  const data = new ElementArray(aligned.buffer, aligned.byteOffset, count);
  return { type, shape, data } as FixedTensor;
}

/** The bytes of a tensor's elements; a view, not a copy. */
export function tensorToBytes(tensor: Tensor): Uint8Array {
  if (tensor.type === "string") return stringsToBytes(tensor.data);
  const { data } = tensor;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function checkBooleans(bytes: Uint8Array, where: string): void {
  const index = bytes.findIndex((byte) => byte > 1);
  if (index >= 0) throw inputInvalid(`${where} has the byte ${bytes[index]} at ${index}, but BOOL is 0 or 1.`);
}

/**
 * Strings as the binary extension has them, each after its length.
 *
 * @throws InferenceError `INPUT_INVALID` when the bytes are cut off, left over or not UTF-8.
 */
export function stringsFromBytes(bytes: Uint8Array, count: number, where: string): readonly string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: string[] = [];
  let position = 0;
  while (position < bytes.byteLength) {
    const start = position + STRING_LENGTH_BYTES;
    const end = start <= bytes.byteLength ? start + buffer.readUInt32LE(position) : Number.POSITIVE_INFINITY;
    if (end > bytes.byteLength) throw inputInvalid(`${where} is cut off in the string ${strings.length}.`);
    strings.push(textFromBytes(buffer.subarray(start, end), `${where}, string ${strings.length},`));
    position = end;
    if (strings.length > count) break;
  }
  if (strings.length === count) return strings;
  const found = strings.length > count ? `more than ${count}` : `only ${strings.length}`;
  throw inputInvalid(`${where} has ${found} strings, but its shape needs ${count}.`);
}

/** @throws InferenceError `INPUT_INVALID` when the bytes are not UTF-8, because models take text. */
export function textFromBytes(bytes: Uint8Array, where: string): string {
  if (!isUtf8(bytes)) throw inputInvalid(`${where} is not UTF-8; the model takes text, not bytes.`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function stringsToBytes(strings: readonly string[]): Uint8Array {
  const total = strings.reduce((sum, text) => sum + STRING_LENGTH_BYTES + Buffer.byteLength(text), 0);
  const buffer = Buffer.allocUnsafe(total);
  let position = 0;
  for (const text of strings) {
    const sizeBytes = buffer.write(text, position + STRING_LENGTH_BYTES, "utf8");
    buffer.writeUInt32LE(sizeBytes, position);
    position += STRING_LENGTH_BYTES + sizeBytes;
  }
  return buffer;
}
