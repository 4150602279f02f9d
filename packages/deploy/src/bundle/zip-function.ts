import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import type { BundledFunction } from "../bundled-function.ts";

/** What was written. */
export interface ZippedFunction {
  readonly sizeBytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** The earliest time that the format can tell; in local time, as the format tells it. */
const TIME = new Date(1980, 0, 1);
const MODE = 0o100755;

/** Zips an artefact: same files, same bytes. */
export async function zipFunction({ folder, files }: BundledFunction, zipPath: string): Promise<ZippedFunction> {
  const zip = new ZipFile();
  for (const { name } of files) {
    zip.addFile(join(folder, name), name, { mtime: TIME, forceDosTimestamp: true, mode: MODE, compressionLevel: 9 });
  }
  zip.end();
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const watched = new PassThrough().on("data", (piece: Buffer) => {
    hash.update(piece);
    sizeBytes += piece.length;
  });
  zip.on("error", (error) => watched.destroy(error));
  await mkdir(dirname(zipPath), { recursive: true });
  await pipeline(zip.outputStream, watched, createWriteStream(zipPath));
  return { sizeBytes, sha256: hash.digest("hex") };
}
