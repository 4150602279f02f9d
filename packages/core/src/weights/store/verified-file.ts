import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { InferenceError } from "../../errors.ts";
import type { WriteSource } from "./model-store.ts";

const READ_BYTES = 1024 * 1024;

/**
 * A file's bytes for an upload; the stream fails before its last chunk when they are not those that were announced, so
 * that no store ever finishes an object with other bytes.
 *
 * @throws InferenceError `WEIGHTS_CORRUPT`.
 */
export async function* readVerified(
  { path, sha256 }: Extract<WriteSource, { kind: "file" }>,
  onRead: (readBytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let readBytes = 0;
  let last: Uint8Array | undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    hash.update(chunk);
    if (last !== undefined) {
      yield last;
      readBytes += last.byteLength;
      onRead(readBytes);
    }
    last = chunk;
  }
  if (hash.digest("hex") !== sha256) {
    throw new InferenceError("WEIGHTS_CORRUPT", `${path} changed while it was stored: prepare it again.`);
  }
  if (last === undefined) return;
  yield last;
  onRead(readBytes + last.byteLength);
}
