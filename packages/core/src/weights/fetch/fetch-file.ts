import { InferenceError } from "../../errors.ts";
import type { FileContent } from "./chunk-checksums.ts";
import { type FetchOptions, toFetchSettings } from "./fetch-options.ts";
import { FileFetch } from "./file-fetch.ts";
import { FileTarget, type OpenFile } from "./file-target.ts";
import type { HttpLocation } from "./part-fetch.ts";

/**
 * Fetches an object into an open file in parallel ranges, each verified while it comes in.
 *
 * The file should have its full length already. Until this has resolved it may hold bytes that are wrong; once this has
 * settled, nothing is written any more.
 *
 * @throws InferenceError `WEIGHTS_UNREACHABLE`, `WEIGHTS_DENIED`, `WEIGHTS_MISSING`, `WEIGHTS_CORRUPT`, `DISK_FULL`,
 * `CANCELLED`.
 */
export async function fetchFile(
  location: HttpLocation,
  content: FileContent,
  file: OpenFile,
  options: FetchOptions = {},
): Promise<void> {
  const chunks = Math.ceil(content.sizeBytes / content.chunkBytes);
  if (content.chunkCrc32 !== undefined && content.chunkCrc32.length !== chunks) {
    const found = content.chunkCrc32.length;
    throw new InferenceError("WEIGHTS_CORRUPT", `The manifest names ${found} checksums for ${chunks} chunks.`);
  }
  if (content.sizeBytes === 0) return;
  const settings = toFetchSettings(options);
  await new FileFetch(new FileTarget(location, content, file, settings.certificateAuthority), settings).run();
}
