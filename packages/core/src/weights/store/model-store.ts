import type { InferenceError } from "../../errors.ts";

/** One state of one object; `tag` changes whenever its bytes do (an ETag, a generation, an inode with its time). */
export interface ObjectInfo {
  /** Path below the store's root, with "/" between its parts. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly tag: string;
  readonly modifiedAtMs: number;
}

/** What must hold of an object for a write to happen; checked by the store itself, so that of many writers one wins. */
export type WriteCondition = { readonly kind: "absent" } | { readonly kind: "unchanged"; readonly tag: string };

/** Bytes to be stored: in memory, or a file that is streamed (in parts where the store has them). */
export type WriteSource =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "file"; readonly path: string; readonly sizeBytes: number; readonly sha256: string };

/** What a write is told beside its bytes. */
export interface WriteOptions {
  readonly condition?: WriteCondition;
  readonly signal?: AbortSignal;
  /** Called with the bytes stored so far. */
  readonly onProgress?: (storedBytes: number) => void;
}

/** A range of bytes, both ends included, as HTTP counts them. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** An HTTP request for one range of one object, signed for a short time. */
export interface RangeRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** How the bytes of one object are reached without any SDK in between. */
export type ObjectLocation =
  | { readonly kind: "file"; readonly path: string }
  | {
      readonly kind: "http";
      /** Built anew for each range, so that credentials that expire on the way are renewed. */
      request(range: ByteRange): Promise<RangeRequest>;
      /**
       * Headers that pin a range to one state of the object, given the first answer's headers: `If-Match` with an ETag,
       * or what the store has in its place. Absent where the URL itself names the state.
       */
      pin(answer: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> | undefined;
      /** What a refused range means in the store's own words, given the beginning of the answer's body. */
      explain?(status: number, body: string): InferenceError | undefined;
    };

/**
 * Where bytes live: one store per URI scheme; it knows no models, no versions and no cache.
 *
 * Everything throws InferenceError: `WEIGHTS_MISSING` (no bucket or folder), `WEIGHTS_DENIED` (names the action, the
 * place and the permission needed), `WEIGHTS_UNREACHABLE` (worth another try), `WRITE_CONFLICT` (a condition does not
 * hold), `UNSUPPORTED` (a read-only store).
 */
export interface ModelStore {
  /** Root with its scheme, such as `s3://bucket/prefix`; for messages and for `virga copy`. */
  readonly uri: string;
  /** State of one object, if it is there. */
  info(key: string, signal?: AbortSignal): Promise<ObjectInfo | undefined>;
  /** A small object whole with the tag it had, if it is there. */
  read(key: string, signal?: AbortSignal): Promise<{ readonly bytes: Uint8Array; readonly tag: string } | undefined>;
  /** As `read`, but nothing where the object still has this tag: what a swap polls. */
  readIfChanged(
    key: string,
    tag: string,
    signal?: AbortSignal,
  ): Promise<"unchanged" | { readonly bytes: Uint8Array; readonly tag: string } | undefined>;
  /** Stores an object whole or not at all. @returns its new tag. */
  write(key: string, source: WriteSource, options?: WriteOptions): Promise<string>;
  /** Every object whose key begins with `prefix`, in the order of keys. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectInfo>;
  /** Removes an object; one that is not there is no failure. */
  delete(key: string, signal?: AbortSignal): Promise<void>;
  /** How to fetch one object in ranges. */
  locate(key: string): ObjectLocation;
}
