import { FIXED_ELEMENTS } from "../tensor/element-type.ts";
import type { Tensor, Tensors } from "../tensor/tensor.ts";

/** What decides whether one request's inputs may be joined with another's. */
export interface Joinable {
  /** Requests with the same key may be joined: same outputs asked for, same types, same dimensions but the first. */
  readonly key: string;
  /** The first dimension of every input. */
  readonly rows: number;
  readonly sizeBytes: number;
}

/**
 * Says with which others a request's inputs may be joined, or `undefined` for none: where inputs differ in their first
 * dimension, have no rows, or have data that do not fit their shapes.
 */
export function joinable(inputs: Tensors, outputs?: readonly string[]): Joinable | undefined {
  const names = Object.keys(inputs).sort();
  const tensors = names.flatMap((name) => inputs[name] ?? []);
  const rows = tensors[0]?.shape[0];
  if (rows === undefined || rows < 1) return undefined;
  if (!tensors.every(({ shape, data }) => shape[0] === rows && data.length === lengthOf(shape))) return undefined;
  return {
    // As JSON, because names may hold any separator.
    key: JSON.stringify([
      names,
      tensors.map(({ type, shape }) => [type, ...shape.slice(1)]),
      outputs === undefined ? null : [...new Set(outputs)].sort(),
    ]),
    rows,
    sizeBytes: tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0),
  };
}

function lengthOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function sizeOf(tensor: Tensor): number {
  if (tensor.type !== "string") return tensor.data.length * FIXED_ELEMENTS[tensor.type].sizeBytes;
  return tensor.data.reduce((sum, text) => sum + text.length, 0);
}
