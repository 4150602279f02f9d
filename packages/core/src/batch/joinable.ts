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
  let key = "";
  let rows: number | undefined;
  let sizeBytes = 0;
  for (const name of names) {
    const tensor = inputs[name];
    if (tensor === undefined) continue;
    const { type, shape, data } = tensor;
    rows ??= shape[0];
    if (rows === undefined || rows < 1 || shape[0] !== rows || data.length !== lengthOf(shape)) return undefined;
    key += `${prefixed(name)}${type}`;
    for (let axis = 1; axis < shape.length; axis += 1) key += `,${shape[axis]}`;
    key += ";";
    sizeBytes += sizeOf(tensor);
  }
  if (rows === undefined) return undefined;
  if (outputs !== undefined) key += `>${[...new Set(outputs)].sort().map(prefixed).join("")}`;
  return { key, rows, sizeBytes };
}

/** With its length in front, because names may hold any separator. */
function prefixed(name: string): string {
  return `${name.length}:${name}`;
}

function lengthOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function sizeOf(tensor: Tensor): number {
  if (tensor.type !== "string") return tensor.data.length * FIXED_ELEMENTS[tensor.type].sizeBytes;
  return tensor.data.reduce((sum, text) => sum + text.length, 0);
}
