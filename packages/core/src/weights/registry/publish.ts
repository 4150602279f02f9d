import { join } from "node:path";
import { InferenceError } from "../../errors.ts";
import type { ModelStore, WriteCondition } from "../store/model-store.ts";
import { GARBAGE_AGE_MS } from "./collect-garbage.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";
import { registryKeys } from "./registry-names.ts";
import { type Author, encodeRecord, type LiveVersion } from "./registry-records.ts";
import { listNumbers, listVersions } from "./versions.ts";

export interface PublishOptions extends Author {
  readonly signal?: AbortSignal;
  /** Called with the bytes stored so far of all bytes. */
  readonly onProgress?: (storedBytes: number, totalBytes: number) => void;
}

/** Enough for a hundred pushes at once, each of which finds its number taken by every other. */
const MAX_ATTEMPTS = 200;

/** Stores the files, then the version that names them: whoever sees a version finds all of its files. */
export async function publish(
  store: ModelStore,
  name: string,
  folder: string,
  manifest: Manifest,
  options: PublishOptions,
): Promise<LiveVersion> {
  const same = await findSame(store, name, manifest);
  if (same !== undefined) return same;
  await storeFiles(store, name, folder, manifest.files, options);
  for (let attempt = 1; ; attempt += 1) {
    const version = ((await listNumbers(store, name)).at(-1) ?? 0) + 1;
    const record: LiveVersion = {
      version,
      state: "live",
      createdAt: new Date().toISOString(),
      createdBy: options.by,
      note: options.note ?? "",
      manifest,
    };
    if (await storeVersion(store, name, record, attempt === MAX_ATTEMPTS)) return record;
  }
}

/** The live version that holds exactly these files, prepared for the same runtime, if there is one. */
async function findSame(store: ModelStore, name: string, manifest: Manifest): Promise<LiveVersion | undefined> {
  const digest = (each: Manifest): string =>
    JSON.stringify([each.sourceSha256, each.load, each.files.map((file) => file.sha256)]);
  return (await listVersions(store, name)).find((version) => digest(version.manifest) === digest(manifest));
}

async function storeFiles(
  store: ModelStore,
  name: string,
  folder: string,
  files: readonly ManifestFile[],
  { signal, onProgress }: PublishOptions,
): Promise<void> {
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  let doneBytes = 0;
  for (const file of files) {
    const report = (storedBytes: number): void => onProgress?.(doneBytes + storedBytes, totalBytes);
    await storeFile(store, registryKeys.blob(name, file.sha256), join(folder, file.path), file, report, signal);
    doneBytes += file.sizeBytes;
    report(0);
  }
}

async function storeFile(
  store: ModelStore,
  key: string,
  path: string,
  { sizeBytes, sha256 }: ManifestFile,
  onProgress: (storedBytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const existing = await store.info(key, signal);
  // An old file may be garbage about to be collected: it is stored again, which makes it young.
  const isOld = existing !== undefined && existing.modifiedAtMs < Date.now() - GARBAGE_AGE_MS / 2;
  if (existing?.sizeBytes === sizeBytes && !isOld) return;
  const condition: WriteCondition = existing ? { kind: "unchanged", tag: existing.tag } : { kind: "absent" };
  try {
    await store.write(
      key,
      { kind: "file", path, sizeBytes, sha256 },
      { condition, onProgress, ...(signal && { signal }) },
    );
  } catch (error) {
    // Another push stored the same content first: a blob is named after its bytes.
    if (!InferenceError.is(error) || error.code !== "WRITE_CONFLICT") throw error;
  }
}

async function storeVersion(
  store: ModelStore,
  name: string,
  record: LiveVersion,
  isLastTry: boolean,
): Promise<boolean> {
  try {
    const bytes = encodeRecord(record);
    await store.write(
      registryKeys.version(name, record.version),
      { kind: "bytes", bytes },
      { condition: { kind: "absent" } },
    );
    return true;
  } catch (error) {
    if (isLastTry || !InferenceError.is(error) || error.code !== "WRITE_CONFLICT") throw error;
    return false;
  }
}
