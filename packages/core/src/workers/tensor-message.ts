import { isMainThread } from "node:worker_threads";
import { isMemoryGiven } from "../tensor/given-memory.ts";
import type { Tensor, Tensors } from "../tensor/tensor.ts";

/** Named tensors on their way to another thread or process: a list, in which every name is a name like any other. */
export type SentTensors = readonly (readonly [name: string, tensor: Tensor])[];

/** Those whose whole memory may be handed over with them. */
const withTheirMemory = new WeakSet<SentTensors>();

/** Tensors as they are. */
export function toSentTensors(tensors: Tensors): SentTensors {
  const sent = Object.entries(tensors);
  if (isMemoryGiven(tensors)) withTheirMemory.add(sent);
  return sent;
}

/**
 * Tensors whose memory is all theirs, so that it can be handed over: copied where it is not, or may not be given away. A clone
 * would copy the whole memory that a tensor is a part of, and that twice.
 */
export function toOwnedTensors(tensors: SentTensors, mayTransfer: boolean): SentTensors {
  if (mayTransfer && withTheirMemory.has(tensors)) return tensors;
  return tensors.map(([name, tensor]) => [name, mayTransfer && ownsMemory(tensor) ? tensor : copied(tensor)]);
}

/** What of a message is handed over instead of copied. */
export function memoryOf(tensors: SentTensors): readonly ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const [, { data }] of tensors) {
    if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
  }
  return [...buffers];
}

/**
 * Gives back the memory of tensors that have arrived and are of no use any more: a worker has little else to collect, so that
 * large inputs would pile up in it.
 */
export function freeMemory(tensors: SentTensors): void {
  // What has come through a pipe may lie in one piece of memory with the next message.
  const own = isMainThread ? tensors.filter(([, tensor]) => ownsMemory(tensor)) : tensors;
  for (const buffer of memoryOf(own)) buffer.transfer(0);
}

/** Tensors that have arrived, in a record without a prototype. */
export function fromSentTensors(sent: SentTensors): Tensors {
  const tensors: Record<string, Tensor> = Object.create(null);
  for (const [name, tensor] of sent) tensors[name] = tensor;
  return tensors;
}

function ownsMemory({ data }: Tensor): boolean {
  return !ArrayBuffer.isView(data) || data.byteLength === data.buffer.byteLength;
}

function copied(tensor: Tensor): Tensor {
  return tensor.type === "string" ? tensor : ({ ...tensor, data: tensor.data.slice() } as Tensor);
}
