import { writeSync } from "node:fs";
import { toFileFailure } from "../store/file-failure.ts";
import { advance, type FileContent } from "./chunk-checksums.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { FailedTry } from "./failed-try.ts";
import type { HttpHead } from "./http-head.ts";
import type { HttpLocation, PartTarget } from "./part-fetch.ts";
import type { Part } from "./part-queue.ts";

/** A file that is open for writing; `path` is for messages only. */
export interface OpenFile {
  readonly fd: number;
  readonly path: string;
}

/** A chunk that came wrong so often is wrong where it comes from. */
const MOST_CORRUPT_TRIES = 3;

/** One object on its way into one file: what all of its connections share. */
export class FileTarget implements PartTarget {
  readonly location: HttpLocation;
  readonly content: FileContent;
  readonly pool: ConnectionPool;
  whole = false;
  /** Host and path of the object, once a request was made. */
  where = "the weights";
  readonly #file: OpenFile;
  readonly #corruptTries = new Map<number, number>();
  #pin: Readonly<Record<string, string>> | undefined;
  #rangesSeen = false;

  constructor(location: HttpLocation, content: FileContent, file: OpenFile, certificateAuthority: string | undefined) {
    this.location = location;
    this.content = content;
    this.#file = file;
    this.pool = new ConnectionPool(certificateAuthority);
  }

  get sizeBytes(): number {
    return this.content.sizeBytes;
  }

  /** The server is known to answer ranges. */
  get rangesSeen(): boolean {
    return this.#rangesSeen;
  }

  pinned(): Readonly<Record<string, string>> {
    return this.#pin ?? {};
  }

  pin({ status, headers }: HttpHead): void {
    this.#rangesSeen ||= status === 206;
    const pin = this.location.pin(headers) ?? {};
    this.#pin ??= pin;
    if (JSON.stringify(pin) === JSON.stringify(this.#pin)) return;
    const message = "The object was replaced while it was fetched.";
    throw new FailedTry({ message, code: "WEIGHTS_CORRUPT", restart: "changed" });
  }

  /** Forgets which state of the object the bytes were of. */
  unpin(): void {
    this.#pin = undefined;
  }

  take(part: Part, bytes: Buffer): void {
    this.#write(bytes, part.next);
    const corrupt = advance(part, bytes, this.content);
    if (corrupt === undefined) return;
    const tries = (this.#corruptTries.get(corrupt.index) ?? 0) + 1;
    this.#corruptTries.set(corrupt.index, tries);
    const message = `Bytes ${corrupt.first}-${corrupt.last} do not have the checksum that they were published with.`;
    const isLast = tries >= MOST_CORRUPT_TRIES;
    throw new FailedTry({ message, code: "WEIGHTS_CORRUPT", ...(isLast ? { mostTries: 1 } : {}) });
  }

  #write(bytes: Buffer, position: number): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file.fd, bytes, at, bytes.length - at, position + at);
    } catch (error) {
      throw toFileFailure(error, this.#file.path, "write the weights");
    }
  }
}
