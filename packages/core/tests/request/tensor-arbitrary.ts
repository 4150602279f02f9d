import fc from "fast-check";
import { type ElementType, FIXED_ELEMENTS, type FixedElementType } from "../../src/tensor/element-type.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

export const FIXED_TYPES: readonly FixedElementType[] = [
  "float16",
  "float32",
  "float64",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "bool",
];
export const TYPES: readonly ElementType[] = [...FIXED_TYPES, "string"];

/** Shapes of up to four dimensions, scalars and empty ones among them. */
const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor of that type whose elements have any bits, NaN and infinities included. */
export function tensors(type: ElementType): fc.Arbitrary<Tensor> {
  return shapes.chain((shape) => {
    const count = countOf(shape);
    if (type === "string") {
      const text = fc.string({ unit: "binary", maxLength: 8 });
      return fc.array(text, { minLength: count, maxLength: count }).map((data) => ({ type, shape, data }));
    }
    const { sizeBytes, array: ElementArray } = FIXED_ELEMENTS[type];
    const length = count * sizeBytes;
    const byte = fc.integer({ min: 0, max: type === "bool" ? 1 : 255 });
    return fc.array(byte, { minLength: length, maxLength: length }).map((bytes) => {
      const data = new ElementArray(Uint8Array.from(bytes).buffer, 0, count);
      return { type, shape, data } as Tensor;
    });
  });
}

export const anyTensor: fc.Arbitrary<Tensor> = fc.constantFrom(...TYPES).chain(tensors);

/** The bits of a tensor's elements, with every NaN the same: JSON has one name for all of them. */
export function comparable(tensor: Tensor): unknown {
  const { type, shape, data } = tensor;
  if (tensor.type === "float16") return { type, shape, data: Array.from(tensor.data, quietFloat16) };
  return { type, shape, data: Array.from<unknown>(data) };
}

function quietFloat16(bits: number): number {
  return (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0 ? 0x7e00 : bits;
}
