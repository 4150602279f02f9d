import type { Dirent } from "node:fs";
import { readdir, readlink, rename, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { InferenceError } from "../../errors.ts";
import type { CacheLayout } from "./cache-layout.ts";
import { hasEnded, ownerOf } from "./process-identity.ts";

/** What another machine has not touched for so long is left behind. */
const LEFT_BEHIND_MS = 24 * 60 * 60_000;

/** An entry, as far as it matters for making room. */
interface Candidate {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

/** What room is needed for. */
export interface Need {
  /** The folder below `work/` that is to be filled. */
  readonly directory: string;
  readonly neededBytes: number;
  /** Of the whole cache. */
  readonly maxBytes: number;
}

/** Removes what processes that have ended left behind. */
export async function sweep(layout: CacheLayout): Promise<void> {
  for (const name of await namesIn(layout.work)) {
    const path = join(layout.work, name);
    const owner = ownerOf(name);
    if (owner !== undefined && hasEnded(owner)) await rm(path, { recursive: true, force: true });
    else if (await isLeftBehind(path)) await rm(path, { recursive: true, force: true });
  }
  for (const name of await namesIn(layout.locks)) {
    const path = layout.lock(name);
    const owner = ownerOf(await readlink(path).catch(() => ""));
    if (owner !== undefined && hasEnded(owner)) await rm(path, { force: true });
  }
}

/**
 * Removes the entries that were used longest ago until there is room, but none that is in use.
 *
 * @throws InferenceError `DISK_FULL` if the disk has no room even so.
 */
export async function makeRoom(layout: CacheLayout, { directory, neededBytes, maxBytes }: Need): Promise<void> {
  await sweep(layout);
  const { usedBytes, unused } = await takeStock(layout, directory);
  let boundBytes = usedBytes + neededBytes;
  for (const { path, sizeBytes } of unused.sort((one, other) => one.usedAtMs - other.usedAtMs)) {
    if (boundBytes <= maxBytes && (await freeBytes(layout)) >= neededBytes) return;
    await discard(layout, path);
    boundBytes -= sizeBytes;
  }
  const free = await freeBytes(layout);
  if (free >= neededBytes) return;
  const figures = `${neededBytes} bytes are needed, ${free} are free`;
  throw new InferenceError("DISK_FULL", `No room for the weights in ${layout.directory}: ${figures}.`);
}

/** Takes an entry away: by a rename first, so that nobody ever meets half of it. */
export async function discard(layout: CacheLayout, entry: string): Promise<void> {
  const grave = layout.newWorkPath();
  try {
    await rename(entry, grave);
  } catch {
    // Another process was quicker.
    return;
  }
  await rm(grave, { recursive: true, force: true });
}

async function takeStock(layout: CacheLayout, besides: string): Promise<{ usedBytes: number; unused: Candidate[] }> {
  const unused: Candidate[] = [];
  let usedBytes = 0;
  for (const name of await namesIn(layout.entries)) {
    const path = layout.entry(name);
    const files = await statFiles(path);
    const sizeBytes = files.reduce((sum, { size }) => sum + size, 0);
    usedBytes += sizeBytes;
    const inUse = files.some(({ nlink }) => nlink > 1);
    if (!inUse) unused.push({ path, sizeBytes, usedAtMs: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 });
  }
  for (const name of await namesIn(layout.work)) {
    const path = join(layout.work, name);
    const files = path === besides ? [] : await statFiles(path);
    // Files with a second name were counted with their entry, or are a store's own.
    for (const { size, nlink } of files) usedBytes += nlink === 1 ? size : 0;
  }
  return { usedBytes, unused };
}

async function statFiles(folder: string): Promise<{ size: number; nlink: number }[]> {
  const entries: Dirent[] = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const stats = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name)).catch(() => undefined)));
  return stats.filter((each) => each !== undefined);
}

async function isLeftBehind(path: string): Promise<boolean> {
  const mtimeMs = (await stat(path).catch(() => undefined))?.mtimeMs;
  return mtimeMs !== undefined && Date.now() - mtimeMs > LEFT_BEHIND_MS;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function freeBytes({ directory }: CacheLayout): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}
