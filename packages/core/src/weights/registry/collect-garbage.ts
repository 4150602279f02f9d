import type { ModelStore } from "../store/model-store.ts";
import { readAlias } from "./move-alias.ts";
import { registryKeys } from "./registry-names.ts";
import { listVersions } from "./versions.ts";

/** No push takes this long, so a file of this age without a version was left by one that died. */
export const GARBAGE_AGE_MS: number = 24 * 60 * 60 * 1000;

/** What was removed. */
export interface GarbageReport {
  readonly deletedFiles: number;
  readonly deletedBytes: number;
}

/** Removes files of dead pushes and deleted versions, never one that a version or an alias needs. */
export async function collectGarbage(
  store: ModelStore,
  name: string,
  olderThanMs: number = GARBAGE_AGE_MS,
): Promise<GarbageReport> {
  const candidates = [];
  // Listed before the versions are read: a push under way stores its files first and its version last.
  for await (const blob of store.list(registryKeys.blobs(name))) {
    if (blob.modifiedAtMs <= Date.now() - olderThanMs) candidates.push(blob);
  }
  const needed = await neededKeys(store, name);
  let deletedFiles = 0;
  let deletedBytes = 0;
  for (const blob of candidates) {
    // A push that found this file old has stored it again: then it has another tag.
    if (needed.has(blob.key) || (await store.info(blob.key))?.tag !== blob.tag) continue;
    await store.delete(blob.key);
    deletedFiles += 1;
    deletedBytes += blob.sizeBytes;
  }
  return { deletedFiles, deletedBytes };
}

async function neededKeys(store: ModelStore, name: string): Promise<ReadonlySet<string>> {
  const manifests = (await listVersions(store, name)).map((version) => version.manifest);
  for await (const { key } of store.list(registryKeys.aliases(name))) {
    const alias = await readAlias(store, key);
    if (alias !== undefined) manifests.push(alias.record.manifest);
  }
  return new Set(manifests.flatMap((manifest) => manifest.files.map((file) => registryKeys.blob(name, file.sha256))));
}
