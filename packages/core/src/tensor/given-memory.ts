import { freeBuffer } from "./free-memory.ts";
import type { Tensor, Tensors } from "./tensor.ts";

/** What is smaller is copied for less than noting it costs. */
const LEAST_BYTES = 16 * 1024;

const given = new WeakSet<Tensors>();

/**
 * Notes that nobody will look at these bytes but through these tensors: whoever may hand the tensors over may hand over all of
 * the memory in which they lie. Notes nothing where they are few, something else may lie beside them, or a tensor elsewhere.
 */
export function giveMemory(tensors: Tensors, bytes: Uint8Array): void {
  const isAllOfIt = bytes.byteLength >= LEAST_BYTES && bytes.byteLength === bytes.buffer.byteLength;
  if (isAllOfIt && Object.values(tensors).every((each) => liesIn(each, bytes))) given.add(tensors);
}

export function isMemoryGiven(tensors: Tensors): boolean {
  return given.has(tensors);
}

/** Gives the memory back, where it was given away with these tensors: nobody will look at them any more. */
export function freeGivenMemory(tensors: Tensors): void {
  if (!given.delete(tensors)) return;
  const [first] = Object.values(tensors);
  if (ArrayBuffer.isView(first?.data) && first.data.buffer instanceof ArrayBuffer) freeBuffer(first.data.buffer);
}

function liesIn({ data }: Tensor, bytes: Uint8Array): boolean {
  return ArrayBuffer.isView(data) && data.buffer === bytes.buffer;
}
