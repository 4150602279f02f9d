import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { ManifestFile } from "../registry/manifest.ts";

/**
 * What is verified at once while a file arrives. Connections share a file in whole chunks: larger ones would leave some
 * of them with twice the work of others.
 */
export const CHUNK_BYTES: number = 1024 * 1024;

const READ_BYTES = 1024 * 1024;

/** Hashes a file for its manifest; `path` is below `folder`. */
export async function describeFile(folder: string, path: string): Promise<ManifestFile> {
  const sha256 = createHash("sha256");
  const chunkCrc32: number[] = [];
  let sizeBytes = 0;
  let crc = 0;
  const stream: AsyncIterable<Buffer> = createReadStream(join(folder, path), { highWaterMark: READ_BYTES });
  for await (const bytes of stream) {
    sha256.update(bytes);
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + CHUNK_BYTES - (sizeBytes % CHUNK_BYTES));
      crc = crc32(part, crc);
      at += part.length;
      sizeBytes += part.length;
      if (sizeBytes % CHUNK_BYTES !== 0) continue;
      chunkCrc32.push(crc);
      crc = 0;
    }
  }
  if (sizeBytes % CHUNK_BYTES !== 0) chunkCrc32.push(crc);
  return { path, sizeBytes, sha256: sha256.digest("hex"), chunkCrc32 };
}
