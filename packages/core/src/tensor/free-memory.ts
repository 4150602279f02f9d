import type { Tensors } from "./tensor.ts";

/** What is smaller costs the collector less than it costs here. */
export const LEAST_FREED_BYTES: number = 16 * 1024;

/**
 * Gives back the memory of tensors that nobody will look at any more, where it is all theirs: their data is empty afterwards.
 *
 * Left to the collector, what large answers leave behind has it go through the whole heap every second.
 */
export function freeTensors(tensors: Tensors): void {
  // Two outputs may lie in the same memory.
  const buffers = new Set<ArrayBuffer>();
  for (const { data } of Object.values(tensors)) {
    if (!ArrayBuffer.isView(data) || data.byteLength < LEAST_FREED_BYTES) continue;
    if (data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength) buffers.add(data.buffer);
  }
  for (const buffer of buffers) freeBuffer(buffer);
}

/** Gives back memory that nobody will look at any more. */
export function freeBuffer(buffer: ArrayBuffer): void {
  buffer.transfer(0);
}
