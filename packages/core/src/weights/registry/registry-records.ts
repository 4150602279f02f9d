import { decodeManifest } from "./decode-manifest.ts";
import type { Manifest } from "./manifest.ts";
import { RecordFields } from "./record-fields.ts";

/** Who does something, and why: kept in the registry's history. */
export interface Author {
  readonly by: string;
  readonly note?: string;
}

/** One immutable version. A deleted one keeps its number, so that a number never means two things. */
export type VersionRecord =
  | {
      readonly version: number;
      readonly state: "live";
      /** ISO 8601. */
      readonly createdAt: string;
      readonly createdBy: string;
      readonly note: string;
      readonly manifest: Manifest;
    }
  | { readonly version: number; readonly state: "deleted"; readonly deletedAt: string; readonly deletedBy: string };

/** A version that can be served. */
export type LiveVersion = Extract<VersionRecord, { state: "live" }>;

/** One move of an alias. */
export interface AliasMove {
  /** ISO 8601. */
  readonly at: string;
  readonly by: string;
  readonly kind: "promote" | "rollback";
  readonly from: number | null;
  readonly to: number;
  readonly note: string;
}

/** Where an alias points; it holds the manifest, so that an instance resolves it with one request. */
export interface AliasRecord {
  readonly alias: string;
  readonly version: number;
  readonly manifest: Manifest;
  /** Oldest first. */
  readonly history: readonly AliasMove[];
}

export function encodeRecord(record: VersionRecord | AliasRecord): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(record)}\n`);
}

/** @throws InferenceError `WEIGHTS_CORRUPT` when the object at `key` was not written by a registry. */
export function decodeVersion(bytes: Uint8Array, key: string): VersionRecord {
  const fields = RecordFields.parse(bytes, key);
  const version = fields.integer("version", 1);
  if (fields.oneOf("state", ["live", "deleted"]) === "deleted") {
    return { version, state: "deleted", deletedAt: fields.text("deletedAt"), deletedBy: fields.text("deletedBy") };
  }
  return {
    version,
    state: "live",
    createdAt: fields.text("createdAt"),
    createdBy: fields.text("createdBy"),
    note: fields.text("note"),
    manifest: decodeManifest(fields.object("manifest")),
  };
}

/** @throws InferenceError `WEIGHTS_CORRUPT` when the object at `key` was not written by a registry. */
export function decodeAlias(bytes: Uint8Array, key: string): AliasRecord {
  const fields = RecordFields.parse(bytes, key);
  return {
    alias: fields.text("alias"),
    version: fields.integer("version", 1),
    manifest: decodeManifest(fields.object("manifest")),
    history: fields.objects("history", decodeMove),
  };
}

function decodeMove(fields: RecordFields): AliasMove {
  return {
    at: fields.text("at"),
    by: fields.text("by"),
    kind: fields.oneOf("kind", ["promote", "rollback"]),
    from: fields.has("from") ? fields.integer("from", 1) : null,
    to: fields.integer("to", 1),
    note: fields.text("note"),
  };
}
