import { crc32 } from "node:zlib";
import type { Part } from "./part-queue.ts";

/** What a fetched file must be. */
export interface FileContent {
  readonly sizeBytes: number;
  readonly chunkBytes: number;
  /** CRC-32 of each chunk; where absent, nothing but the length is verified. */
  readonly chunkCrc32?: readonly number[];
}

/** Bytes `first` to `last` are not what the manifest says; the part stands at `first` again. */
export interface CorruptChunk {
  readonly index: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Moves a part forward over bytes that have come, and verifies each chunk that they complete.
 *
 * @returns the first chunk that is wrong, at whose beginning the part then stands.
 */
export function advance(part: Part, bytes: Uint8Array, content: FileContent): CorruptChunk | undefined {
  let at = 0;
  while (at < bytes.length) {
    const index = Math.floor(part.next / content.chunkBytes);
    const first = index * content.chunkBytes;
    const chunkEnd = Math.min(first + content.chunkBytes, content.sizeBytes);
    const count = Math.min(bytes.length - at, chunkEnd - part.next);
    if (content.chunkCrc32 !== undefined) part.crc32 = crc32(bytes.subarray(at, at + count), part.crc32);
    part.next += count;
    at += count;
    if (part.next < chunkEnd) continue;
    const crc = part.crc32;
    part.crc32 = 0;
    if (content.chunkCrc32 === undefined || content.chunkCrc32[index] === crc) continue;
    part.next = first;
    return { index, first, last: chunkEnd - 1 };
  }
  return undefined;
}
