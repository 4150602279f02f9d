import { FIXED_ELEMENTS, type FixedElementType } from "../../tensor/element-type.ts";
import { LargeIntegerFiller } from "./fill-large-integers.ts";
import { NumberFiller } from "./fill-numbers.ts";
import type { Filler, Refuse } from "./filler.ts";
import { isLargeInteger } from "./number-elements.ts";
import type { Leaf, TypedArray } from "./plain-values.ts";

/** A typed array of `count` elements, filled with values in their order. */
export function fillElements(
  type: FixedElementType,
  count: number,
  leaves: readonly Leaf[],
  refuse: Refuse,
): TypedArray {
  const filler = isLargeInteger(type)
    ? new LargeIntegerFiller(type, count, refuse)
    : new NumberFiller(type, count, refuse);
  let index = 0;
  for (const leaf of leaves) index += putLeaf(filler, type, index, leaf);
  return filler.data;
}

/** Gives the number of elements put. */
function putLeaf(filler: Filler, type: FixedElementType, index: number, leaf: Leaf): number {
  if (typeof leaf !== "object") {
    filler.put(index, leaf);
    return 1;
  }
  if (leaf.kind === "numbers") {
    filler.putNumbers(index, leaf.numbers);
    return leaf.numbers.length;
  }
  const elements = leaf.kind === "array" ? leaf.array : leaf.bytes;
  if (type === "bool" || (leaf.kind === "array" && !isArrayOf(type, leaf.array))) {
    for (const [offset, element] of elements.entries()) filler.put(index + offset, element);
    return elements.length;
  }
  const { sizeBytes } = FIXED_ELEMENTS[type];
  bytesOf(filler.data).set(bytesOf(elements), index * sizeBytes);
  return elements.byteLength / sizeBytes;
}

/** Whether the array holds the type's elements as a tensor does; by name, because it may come from another realm. */
export function isArrayOf(type: FixedElementType, array: TypedArray): boolean {
  return Object.prototype.toString.call(array) === `[object ${FIXED_ELEMENTS[type].array.name}]`;
}

function bytesOf(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
