import { InferenceError } from "../../errors.ts";
import type { ModelStore } from "../store/model-store.ts";
import { registryKeys } from "./registry-names.ts";
import {
  type AliasRecord,
  type Author,
  decodeVersion,
  encodeRecord,
  type LiveVersion,
  type VersionRecord,
} from "./registry-records.ts";

/** @throws InferenceError `MODEL_UNKNOWN` when there is no such version or it was deleted. */
export async function readVersion(
  store: ModelStore,
  name: string,
  version: number,
  signal?: AbortSignal,
): Promise<LiveVersion> {
  const found = await readRecord(store, name, version, signal);
  if (found?.record.state === "live") return found.record;
  const why = found === undefined ? "has no" : "has deleted";
  throw new InferenceError("MODEL_UNKNOWN", `${store.uri} ${why} version ${version} of ${name}.`);
}

async function readRecord(
  store: ModelStore,
  name: string,
  version: number,
  signal?: AbortSignal,
): Promise<{ record: VersionRecord; tag: string } | undefined> {
  const key = registryKeys.version(name, version);
  const found = await store.read(key, signal);
  return found && { record: decodeVersion(found.bytes, key), tag: found.tag };
}

/** Every number that was ever given, live or deleted, in order. */
export async function listNumbers(store: ModelStore, name: string): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { key } of store.list(registryKeys.versions(name))) {
    const number = /\/(\d{8})\.json$/.exec(key)?.[1];
    if (number !== undefined) numbers.push(Number(number));
  }
  return numbers;
}

/** All live versions, oldest first. */
export async function listVersions(store: ModelStore, name: string): Promise<LiveVersion[]> {
  const numbers = await listNumbers(store, name);
  const records = await Promise.all(numbers.map((number) => readRecord(store, name, number)));
  return records.flatMap((found) => (found?.record.state === "live" ? [found.record] : []));
}

/** Marks a version as deleted, and takes the mark back when an alias has come to point at it meanwhile. */
export async function deleteVersion(
  store: ModelStore,
  name: string,
  version: number,
  author: Author,
  aliases: () => Promise<AliasRecord[]>,
): Promise<void> {
  refuseWhilePointedAt(name, version, await aliases());
  const key = registryKeys.version(name, version);
  const found = await readRecord(store, name, version);
  if (found?.record.state !== "live") {
    throw new InferenceError("MODEL_UNKNOWN", `${store.uri} has no version ${version} of ${name} to delete.`);
  }
  const mark: VersionRecord = { version, state: "deleted", deletedAt: new Date().toISOString(), deletedBy: author.by };
  const tag = await store.write(
    key,
    { kind: "bytes", bytes: encodeRecord(mark) },
    { condition: { kind: "unchanged", tag: found.tag } },
  );
  try {
    refuseWhilePointedAt(name, version, await aliases());
  } catch (error) {
    const bytes = encodeRecord(found.record);
    await store.write(key, { kind: "bytes", bytes }, { condition: { kind: "unchanged", tag } });
    throw error;
  }
}

function refuseWhilePointedAt(name: string, version: number, aliases: readonly AliasRecord[]): void {
  const pointing = aliases.filter((alias) => alias.version === version).map((alias) => alias.alias);
  if (pointing.length === 0) return;
  throw new InferenceError(
    "INPUT_INVALID",
    `Version ${version} of ${name} is what ${pointing.join(", ")} points at: promote another version first.`,
  );
}
