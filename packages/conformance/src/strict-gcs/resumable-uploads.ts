import { randomUUID } from "node:crypto";
import type { Call } from "./call.ts";
import { toJsonAnswer, toResource } from "./object-answers.ts";
import type { Preconditions } from "./preconditions.ts";
import { type Answer, GcsRefusal } from "./refusal.ts";
import type { NewObject, StoredObject, StoredObjects } from "./stored-objects.ts";

/** Of every piece of an upload but the last. */
const PIECE_MULTIPLE_BYTES = 256 * 1024;

interface Upload {
  readonly objects: StoredObjects;
  readonly description: Omit<NewObject, "bytes">;
  readonly asked: Preconditions;
  received: Buffer;
  stored?: StoredObject;
}

/** Uploads that are under way. Source: Cloud Storage, "Resumable uploads". */
export class ResumableUploads {
  readonly #uploads = new Map<string, Upload>();

  /** @returns the identity of the upload. @throws GcsRefusal `conditionNotMet`. */
  start(upload: Omit<Upload, "received">): string {
    upload.objects.checkWrite(upload.description.name, upload.asked);
    const id = randomUUID();
    this.#uploads.set(id, { ...upload, received: Buffer.alloc(0) });
    return id;
  }

  /** @throws GcsRefusal `noSuchUpload`. */
  cancel(id: string): Answer {
    this.#find(id);
    this.#uploads.delete(id);
    return { status: 499, headers: {} };
  }

  /** Takes one piece, or answers how much has come. @throws GcsRefusal `invalid` or `conditionNotMet`. */
  async take(id: string, call: Call): Promise<Answer> {
    const upload = this.#find(id);
    const body = await call.readBody();
    const range = readContentRange(call.header("content-range"));
    if (upload.stored === undefined) {
      const isLast = append(upload, range, body);
      if (!isLast) return toProgress(upload);
      finish(upload, call.header("x-goog-hash") ?? "");
    }
    const { objects, stored } = upload;
    return stored === undefined ? toProgress(upload) : toJsonAnswer(toResource(objects.bucket, stored));
  }

  #find(id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload === undefined) throw new GcsRefusal("noSuchUpload", `No such upload: ${id}`);
    return upload;
  }
}

function finish(upload: Upload, hashes: string): void {
  const { objects, description, asked, received } = upload;
  const { md5Hash = readHash(hashes, "md5"), crc32c = readHash(hashes, "crc32c"), ...rest } = description;
  upload.stored = objects.insert({ ...rest, md5Hash, crc32c, bytes: received }, asked);
  upload.received = Buffer.alloc(0);
}

function readHash(hashes: string, kind: string): string | undefined {
  const found = hashes.split(",").find((each) => each.startsWith(`${kind}=`));
  return found?.slice(kind.length + 1);
}

/** `first` is absent in a question for the progress, `last` where it is not known before the end of the body. */
interface ContentRange {
  readonly first?: number;
  readonly last?: number;
  readonly total?: number;
}

/** Source: Cloud Storage, "Performing resumable uploads"; RFC 9110 knows no `first-*`, which the SDK sends. */
function readContentRange(header = "bytes 0-*/*"): ContentRange {
  const [, range, first, last, total] = /^bytes (\*|(\d+)-(\d+|\*))\/(\d+|\*)$/.exec(header) ?? [];
  if (range === undefined || total === undefined) throw new GcsRefusal("invalid", `Invalid content range: ${header}`);
  return {
    ...(first !== undefined && { first: Number(first) }),
    ...(last !== undefined && last !== "*" && { last: Number(last) }),
    ...(total !== "*" && { total: Number(total) }),
  };
}

/** @returns whether the object is complete. */
function append(
  upload: Upload,
  { first, last, total }: ContentRange,
  { bytes, isWhole }: { bytes: Buffer; isWhole: boolean },
): boolean {
  if (first === undefined) return total !== undefined && total === upload.received.length;
  const known = upload.received.length - first;
  if (known < 0) throw new GcsRefusal("invalid", `Bytes from ${upload.received.length} on are expected, not ${first}.`);
  if (isWhole && last !== undefined && bytes.length !== last - first + 1) {
    throw new GcsRefusal("invalid", `${bytes.length} bytes came for the range ${first}-${last}.`);
  }
  const isLast = isWhole && (last === undefined || last + 1 === total);
  const keptBytes = isLast ? bytes.length : toMultiple(bytes.length, isWhole);
  upload.received = Buffer.concat([upload.received, bytes.subarray(Math.min(known, keptBytes), keptBytes)]);
  if (isLast && total !== undefined && upload.received.length !== total) {
    throw new GcsRefusal("invalid", `${upload.received.length} bytes came in place of ${total}.`);
  }
  return isLast;
}

/** A piece that was cut off is kept up to the last multiple; a whole one has to be one. */
function toMultiple(sizeBytes: number, isWhole: boolean): number {
  const rest = sizeBytes % PIECE_MULTIPLE_BYTES;
  if (isWhole && rest !== 0) {
    throw new GcsRefusal("invalid", `A piece of ${sizeBytes} bytes is no multiple of ${PIECE_MULTIPLE_BYTES} bytes.`);
  }
  return sizeBytes - rest;
}

function toProgress({ received }: Upload): Answer {
  return { status: 308, headers: received.length === 0 ? {} : { range: `bytes=0-${received.length - 1}` } };
}
