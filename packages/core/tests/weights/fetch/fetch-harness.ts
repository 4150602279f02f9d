import { randomFillSync } from "node:crypto";
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { FaultServer } from "@virga/conformance/fault-server";
import type { FileContent } from "../../../src/weights/fetch/chunk-checksums.ts";
import { fetchFile } from "../../../src/weights/fetch/fetch-file.ts";
import type { FetchOptions } from "../../../src/weights/fetch/fetch-options.ts";
import type { HttpLocation } from "../../../src/weights/fetch/part-fetch.ts";

export const CHUNK_BYTES = 16_384;

/** Bounds that make a failing fetch fail soon. */
export const QUICK: FetchOptions = { connections: 4, backoffMs: 1, stallMs: 200, deadlineMs: 20_000 };

export function randomBytes(count: number): Uint8Array {
  return randomFillSync(new Uint8Array(count));
}

/** Without the report that `toEqual` prepares, which takes a second for some 100 kB. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

export function toContent(bytes: Uint8Array, chunkBytes: number = CHUNK_BYTES): FileContent {
  const chunkCrc32: number[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunkCrc32.push(crc32(bytes.subarray(at, at + chunkBytes)));
  return { sizeBytes: bytes.length, chunkBytes, chunkCrc32 };
}

/** An object as S3 has it: pinned by its ETag. */
export function toLocation(url: URL, headers: () => Record<string, string> = () => ({})): HttpLocation {
  return {
    kind: "http",
    request: async () => ({ url, headers: headers() }),
    pin: ({ etag }) => (etag === undefined ? undefined : { "if-match": etag }),
  };
}

/** Fetches `/model` of the server into a file that is then read back. */
export async function fetchBytes(
  server: FaultServer,
  content: FileContent,
  options: FetchOptions = {},
  location: HttpLocation = toLocation(new URL("model", server.url)),
): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "virga-fetch-"));
  const path = join(folder, "model");
  const fd = openSync(path, "wx+");
  try {
    ftruncateSync(fd, content.sizeBytes);
    await fetchFile(location, content, { fd, path }, { ...QUICK, ...options });
    return new Uint8Array(readFileSync(path));
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
}
