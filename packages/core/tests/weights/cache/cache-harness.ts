import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WeightSet } from "../../../src/weights/cache/weight-folder.ts";
import type { ObjectLocation } from "../../../src/weights/store/model-store.ts";
import { CHUNK_BYTES, toContent } from "../fetch/fetch-harness.ts";

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "virga-cache-"));
}

/** The files of a version, by the names that a graph would use. */
export function toSet(
  files: Readonly<Record<string, Uint8Array>>,
  locate: (path: string) => ObjectLocation,
): WeightSet {
  return {
    chunkBytes: CHUNK_BYTES,
    files: Object.entries(files).map(([path, bytes]) => ({
      path,
      sizeBytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      chunkCrc32: toContent(bytes).chunkCrc32 ?? [],
      location: locate(path),
    })),
  };
}

/** Everything that lies in one of a cache's folders, if it is there. */
export function namesIn(directory: string, folder: "sha256" | "work" | "locks"): string[] {
  const path = join(directory, folder);
  return existsSync(path) ? readdirSync(path) : [];
}
