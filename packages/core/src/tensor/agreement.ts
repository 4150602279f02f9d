import type { ElementType } from "./element-type.ts";
import { float16ToNumber } from "./float16.ts";
import type { Tensor, Tensors } from "./tensor.ts";

/** How far a number may be off: `own` times itself and `largest` times the largest of its tensor. */
export interface Tolerance {
  readonly own: number;
  readonly largest: number;
}

/** Tolerances by element type; everything else must agree exactly. */
export type Tolerances = Partial<Readonly<Record<ElementType, Tolerance>>>;

/**
 * Another order of the same sums moves float32 by some 1e-6 of the largest number, and more where sums cancel; a mistake
 * in a graph or in weights moves it by about its size.
 */
const TOLERANCES: Tolerances = {
  float16: { own: 1e-2, largest: 5e-3 },
  float32: { own: 1e-3, largest: 1e-4 },
  float64: { own: 1e-6, largest: 1e-9 },
};

/** Says where outputs do not agree with those expected: floats within a tolerance, everything else exactly. */
export function disagreement(
  expected: Tensors,
  actual: Tensors,
  tolerances: Tolerances = TOLERANCES,
): string | undefined {
  for (const [name, wanted] of Object.entries(expected)) {
    const problem = tensorDisagreement(wanted, actual[name], tolerances[wanted.type]);
    if (problem !== undefined) return `output ${JSON.stringify(name)} ${problem}`;
  }
  return undefined;
}

/** Whether two answers are the same bit for bit. */
export function areIdentical(one: Tensors, other: Tensors): boolean {
  return Object.entries(one).every(([name, tensor]) => {
    const counterpart = other[name];
    if (counterpart === undefined || counterpart.shape.join() !== tensor.shape.join()) return false;
    if (tensor.type === "string" || counterpart.type === "string")
      return tensor.data.join("\0") === counterpart.data.join("\0");
    return Buffer.compare(bytesOf(tensor.data), bytesOf(counterpart.data)) === 0;
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function tensorDisagreement(
  expected: Tensor,
  actual: Tensor | undefined,
  tolerance: Tolerance | undefined,
): string | undefined {
  if (actual === undefined) return "is missing";
  if (actual.type !== expected.type) return `has the type ${actual.type} instead of ${expected.type}`;
  const [shape, wantedShape] = [actual.shape.join(), expected.shape.join()];
  if (shape !== wantedShape) return `has the shape [${shape}] instead of [${wantedShape}]`;
  if (tolerance === undefined) {
    const index = [...expected.data].findIndex((element, at) => element !== actual.data[at]);
    return index < 0 ? undefined : `has ${actual.data[index]} instead of ${expected.data[index]} at ${index}`;
  }
  return floatDisagreement(numbersOf(expected), numbersOf(actual), tolerance);
}

function floatDisagreement(
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  tolerance: Tolerance,
): string | undefined {
  const slack = tolerance.largest * largestFinite(expected);
  for (let index = 0; index < expected.length; index++) {
    const wanted = expected[index] ?? 0;
    const given = actual[index] ?? 0;
    if (Object.is(wanted, given) || wanted === given) continue;
    if (Math.abs(given - wanted) <= slack + tolerance.own * Math.abs(wanted)) continue;
    return `has ${given} instead of ${wanted} at ${index}`;
  }
  return undefined;
}

function largestFinite(numbers: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < numbers.length; index++) {
    const size = Math.abs(numbers[index] ?? 0);
    if (size > largest && size !== Number.POSITIVE_INFINITY) largest = size;
  }
  return largest;
}

/** A float tensor's elements as numbers. */
export function numbersOf(tensor: Tensor): ArrayLike<number> {
  if (tensor.type === "float16") return Float32Array.from(tensor.data, float16ToNumber);
  return tensor.type === "float32" || tensor.type === "float64" ? tensor.data : [];
}
