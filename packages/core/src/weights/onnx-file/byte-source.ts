import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Part of a source: from `start` up to, not including, `end`. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Bytes that can be read at any place without holding them all. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Fills `into` from `offset` on; gives how many bytes there were. */
  readInto(into: Uint8Array, offset: number): number;
}

/** Bytes in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    readInto(into, offset) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    },
  };
}

/** Lets `work` read a file, which is closed afterwards. */
export function withFile<Result>(path: string, work: (source: ByteSource) => Result): Result {
  const descriptor = openSync(path, "r");
  try {
    return work({
      sizeBytes: fstatSync(descriptor).size,
      readInto: (into, offset) => readSync(descriptor, into, 0, into.length, offset),
    });
  } finally {
    closeSync(descriptor);
  }
}
