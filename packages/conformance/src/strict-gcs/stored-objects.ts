import { createHash } from "node:crypto";
import { toCrc32c } from "./crc32c.ts";
import { checkPreconditions, type Preconditions } from "./preconditions.ts";
import { GcsRefusal } from "./refusal.ts";

/** One generation of one object. */
export interface StoredObject {
  readonly name: string;
  readonly generation: number;
  readonly metageneration: number;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly md5Hash: string;
  readonly crc32c: string;
  readonly createdAt: string;
}

/** An object that is to be stored, with the checksums that its sender found. */
export interface NewObject {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  readonly md5Hash?: string | undefined;
  readonly crc32c?: string | undefined;
}

let newestGeneration = 0;

/** Microseconds, as Cloud Storage counts generations; they grow even within one. */
function nextGeneration(): number {
  newestGeneration = Math.max(newestGeneration + 1, Date.now() * 1_000);
  return newestGeneration;
}

/** The objects of one bucket; a condition is looked at in the same turn in which it takes effect, so that one writer wins. */
export class StoredObjects {
  readonly bucket: string;
  readonly #keepsOldGenerations: boolean;
  readonly #live = new Map<string, StoredObject>();
  readonly #old = new Map<string, StoredObject>();
  /** Told of each object that has been stored. */
  onFinalized: (object: StoredObject) => void = () => undefined;

  constructor(bucket: string, keepsOldGenerations: boolean) {
    this.bucket = bucket;
    this.#keepsOldGenerations = keepsOldGenerations;
  }

  /** @throws GcsRefusal `noSuchObject`, `conditionNotMet` or `notModified`. */
  read(name: string, generation: number | undefined, asked: Preconditions): StoredObject {
    const found = this.#find(name, generation);
    checkPreconditions(asked, this.#live.get(name), "read");
    return found;
  }

  /** @throws GcsRefusal `conditionNotMet`. */
  checkWrite(name: string, asked: Preconditions): void {
    checkPreconditions(asked, this.#live.get(name), "write");
  }

  /** @throws GcsRefusal `conditionNotMet`, or `invalid` where the bytes are not those that were sent. */
  insert({ md5Hash, crc32c, ...object }: NewObject, asked: Preconditions): StoredObject {
    const actual = { md5Hash: createHash("md5").update(object.bytes).digest("base64"), crc32c: toCrc32c(object.bytes) };
    checkChecksum("MD5 hash", md5Hash, actual.md5Hash);
    checkChecksum("CRC32C", crc32c, actual.crc32c);
    this.checkWrite(object.name, asked);
    const createdAt = new Date().toISOString();
    const stored = { ...object, ...actual, generation: nextGeneration(), metageneration: 1, createdAt };
    this.#retire(object.name);
    this.#live.set(object.name, stored);
    this.onFinalized(stored);
    return stored;
  }

  /** @throws GcsRefusal `noSuchObject` or `conditionNotMet`. */
  delete(name: string, generation: number | undefined, asked: Preconditions): void {
    const found = this.#find(name, generation);
    checkPreconditions(asked, this.#live.get(name), "write");
    if (generation === undefined) this.#retire(name);
    else if (this.#live.get(name) === found) this.#live.delete(name);
    else this.#old.delete(toOldKey(found));
  }

  /** Live objects whose names begin with `prefix`, in the order of their names' UTF-8 bytes. */
  list(prefix: string): StoredObject[] {
    return [...this.#live.values()].filter(({ name }) => name.startsWith(prefix)).sort(byName);
  }

  #find(name: string, generation: number | undefined): StoredObject {
    const live = this.#live.get(name);
    const isLive = generation === undefined || generation === live?.generation;
    const found = isLive ? live : this.#old.get(toOldKey({ name, generation }));
    if (found === undefined) {
      const suffix = generation === undefined ? "" : `#${generation}`;
      throw new GcsRefusal("noSuchObject", `No such object: ${this.bucket}/${name}${suffix}`);
    }
    return found;
  }

  #retire(name: string): void {
    const live = this.#live.get(name);
    if (live === undefined) return;
    this.#live.delete(name);
    if (this.#keepsOldGenerations) this.#old.set(toOldKey(live), live);
  }
}

function toOldKey({ name, generation }: Pick<StoredObject, "name" | "generation">): string {
  return `${name}#${generation}`;
}

function byName(one: StoredObject, other: StoredObject): number {
  return Buffer.compare(Buffer.from(one.name), Buffer.from(other.name));
}

function checkChecksum(kind: string, provided: string | undefined, actual: string): void {
  if (provided === undefined || provided === actual) return;
  const message = `Provided ${kind} "${provided}" doesn't match calculated ${kind} "${actual}".`;
  throw new GcsRefusal("invalid", message);
}
