import { randomUUID } from "node:crypto";
import { createWriteStream, type Stats } from "node:fs";
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { InferenceError, inputInvalid } from "../../errors.ts";
import { toFileFailure } from "./file-failure.ts";
import { withFileLock } from "./file-lock.ts";
import type { ModelStore, ObjectInfo, WriteCondition, WriteOptions, WriteSource } from "./model-store.ts";
import { readVerified } from "./verified-file.ts";

/** Where files grow before they get their name; on the same file system, so that the name is given in one step. */
const DRAFTS = ".drafts";
const DRAFT_AGE_MS = 24 * 60 * 60 * 1000;

/** Objects as files below one folder: the registry of a laptop, of a server's disk, or of EFS. */
export function createFileStore(folder: string): ModelStore {
  const root = resolve(folder);
  const uri = pathToFileURL(root).href;
  const toPath = (key: string): string => keyToPath(root, key);
  return {
    uri,
    locate: (key) => ({ kind: "file", path: toPath(key) }),
    info: (key) => failing(uri, "read", async () => toInfo(key, await statIfThere(toPath(key)))),
    read: (key) => failing(uri, "read", () => readWhole(toPath(key))),
    readIfChanged: (key, tag) =>
      failing(uri, "read", async () => {
        const stats = await statIfThere(toPath(key));
        if (stats !== undefined && toTag(stats) === tag) return "unchanged";
        return readWhole(toPath(key));
      }),
    write: (key, source, options) => failing(uri, "write", () => write(root, toPath(key), source, options ?? {})),
    list: (prefix) => list(root, uri, prefix),
    delete: (key) => failing(uri, "delete", () => rm(toPath(key), { force: true })),
  };
}

async function failing<Result>(uri: string, action: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw toFileFailure(error, uri, action);
  }
}

function keyToPath(root: string, key: string): string {
  const path = resolve(root, key);
  const isInside = path.startsWith(root + sep);
  if (isInside && !key.includes("\0") && key.split("/").every((part) => part !== "" && !part.startsWith(".")))
    return path;
  throw inputInvalid(`${JSON.stringify(key)} is no key of a store.`);
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats : undefined;
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** A file is never changed once it has its name, so its inode with its time tells every state apart. */
function toTag(stats: Stats): string {
  return `${stats.ino}-${stats.size}-${stats.mtimeMs}`;
}

function toInfo(key: string, stats: Stats | undefined): ObjectInfo | undefined {
  return stats && { key, sizeBytes: stats.size, tag: toTag(stats), modifiedAtMs: stats.mtimeMs };
}

async function readWhole(path: string): Promise<{ bytes: Uint8Array; tag: string } | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
  try {
    return { tag: toTag(await file.stat()), bytes: await file.readFile() };
  } finally {
    await file.close();
  }
}

async function write(root: string, path: string, source: WriteSource, options: WriteOptions): Promise<string> {
  const draft = join(root, DRAFTS, randomUUID());
  await mkdir(dirname(draft), { recursive: true });
  await mkdir(dirname(path), { recursive: true });
  try {
    await fill(draft, source, options);
    const tag = toTag(await stat(draft));
    await giveName(draft, path, options.condition);
    return tag;
  } finally {
    await rm(draft, { force: true });
    await sweepDrafts(root).catch(() => undefined);
  }
}

async function fill(draft: string, source: WriteSource, { signal, onProgress }: WriteOptions): Promise<void> {
  const target = createWriteStream(draft, { flags: "wx", flush: true });
  if (source.kind === "bytes") {
    await pipeline([source.bytes], target);
    return;
  }
  await pipeline(readVerified(source, onProgress), target, { ...(signal && { signal }) });
}

/** Both steps are atomic: a link fails where the name is taken, and a rename replaces the old state whole. */
async function giveName(draft: string, path: string, condition: WriteCondition | undefined): Promise<void> {
  if (condition === undefined) return rename(draft, path);
  if (condition.kind === "absent") {
    return link(draft, path).catch((error: unknown) => {
      throw isCode(error, "EEXIST") ? conflict(path) : error;
    });
  }
  await withFileLock(path, async () => {
    const current = await statIfThere(path);
    if (current === undefined || toTag(current) !== condition.tag) throw conflict(path);
    await rename(draft, path);
  });
}

function conflict(path: string): InferenceError {
  return new InferenceError("WRITE_CONFLICT", `${path} was written by someone else meanwhile.`);
}

async function* list(root: string, uri: string, prefix: string): AsyncGenerator<ObjectInfo> {
  // Only the folder that the prefix names is read: a registry holds many models.
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const entries = await failing(uri, "list", () => readTree(join(root, folder)));
  const keys = entries.map((path) => relative(root, path).split(sep).join("/")).filter((key) => key.startsWith(prefix));
  for (const key of keys.sort()) {
    const info = toInfo(key, await failing(uri, "list", () => statIfThere(join(root, key))));
    if (info !== undefined) yield info;
  }
}

async function readTree(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !relative(folder, path).split(sep).includes(DRAFTS));
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
}

/** Removes what killed writers left behind: drafts older than any write that may still be under way. */
async function sweepDrafts(root: string): Promise<void> {
  const drafts = join(root, DRAFTS);
  for (const name of await readdir(drafts)) {
    const stats = await statIfThere(join(drafts, name));
    if (stats !== undefined && stats.mtimeMs < Date.now() - DRAFT_AGE_MS) await rm(join(drafts, name), { force: true });
  }
}
