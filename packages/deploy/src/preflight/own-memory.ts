import type { MeasuredMemory, ProcessMemory } from "./measured-memory.ts";

const MB = 2 ** 20;

/** What models take together beside a process that has none, in MB. @param toBytes which part of it. */
export function ownMemoryMb(measured: readonly MeasuredMemory[], toBytes: (memory: ProcessMemory) => number): number {
  const bytes = measured.reduce((sum, { base, total }) => sum + Math.max(toBytes(total) - toBytes(base), 0), 0);
  return Math.ceil(bytes / MB);
}
