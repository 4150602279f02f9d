import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { InferenceError } from "@virga/core";
import type { ModelStore, ObjectInfo } from "@virga/core/weights";
import type { ConformanceCase } from "./conformance-case.ts";

/** A store under test, empty below `prefix`; every run of the suite gets a prefix of its own. */
export interface OpenedStore {
  readonly store: ModelStore;
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

export async function write(store: ModelStore, key: string, text: string): Promise<string> {
  return store.write(key, { kind: "bytes", bytes: bytesOf(text) });
}

export async function keysBelow(store: ModelStore, prefix: string): Promise<string[]> {
  return (await infosBelow(store, prefix)).map((info) => info.key);
}

export async function infosBelow(store: ModelStore, prefix: string): Promise<ObjectInfo[]> {
  const infos: ObjectInfo[] = [];
  for await (const info of store.list(prefix)) infos.push(info);
  return infos;
}

export async function refusal(work: Promise<unknown>): Promise<InferenceError> {
  try {
    await work;
  } catch (error) {
    assert.ok(InferenceError.is(error), `a store throws its own errors, not ${String(error)}`);
    return error;
  }
  return assert.fail("nothing was refused");
}

export type StoreCase = ConformanceCase<OpenedStore>;

export function storeCase(name: string, run: (store: ModelStore, folder: string) => Promise<void>): StoreCase {
  return { name, run: ({ store }) => run(store, `case-${randomUUID()}`) };
}
