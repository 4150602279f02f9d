import { access, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InferenceError } from "../../errors.ts";
import { systemCode } from "../fetch/failed-try.ts";
import { type FetchOptions, toFetchSettings } from "../fetch/fetch-options.ts";
import { toFileFailure } from "../store/file-failure.ts";
import { CacheLayout, toEntryKey } from "./cache-layout.ts";
import { discard, makeRoom, sweep } from "./evict.ts";
import { FillLock, type HeldLock } from "./fill-lock.ts";
import { Filling } from "./filling.ts";
import { isVerified, markVerified, publishEntry } from "./publish-entry.ts";
import { verifyFile } from "./verify-file.ts";
import type { WeightFolder, WeightSet } from "./weight-folder.ts";
import { type NamedFile, WorkFolder } from "./work-folder.ts";

/** Where weights are cached, and how much of them. */
export interface WeightCacheOptions {
  readonly directory: string;
  /** Entries that nobody uses are removed, the least recently used first, to stay below; no bound where absent. */
  readonly maxBytes?: number;
}

const POLL_MS = 25;

/** Weights on this machine's disk, shared by all processes, and by all machines, that use the same directory. */
export class WeightCache {
  readonly #directory: string;
  readonly #maxBytes: number;
  #layout: Promise<CacheLayout> | undefined;
  #isSwept = false;

  constructor({ directory, maxBytes = Number.POSITIVE_INFINITY }: WeightCacheOptions) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  /**
   * Brings the files of one version into a folder. Fetches them unless they are there; waits where another process is
   * fetching them; files of a store on the same disk are used in place.
   *
   * @returns as soon as every file has its full length: see `WeightFolder` for when it may be read.
   * @throws InferenceError `WEIGHTS_UNREACHABLE`, `WEIGHTS_DENIED`, `WEIGHTS_MISSING`, `WEIGHTS_CORRUPT`, `DISK_FULL`,
   * `CANCELLED`.
   */
  async open(set: WeightSet, options: FetchOptions = {}): Promise<WeightFolder> {
    const key = toEntryKey(set.files);
    const layout = await this.#openLayout();
    try {
      return await this.#openEntry(layout, key, set, options);
    } catch (error) {
      throw toFileFailure(error, layout.directory, "write the weights");
    }
  }

  /** Makes the cache's folders, as `open` would; what goes wrong is told by `open`. */
  prepare(): void {
    this.#openLayout().catch(() => undefined);
  }

  #openLayout(): Promise<CacheLayout> {
    this.#layout ??= CacheLayout.open(this.#directory).catch((error: unknown) => {
      this.#layout = undefined;
      throw error;
    });
    return this.#layout;
  }

  async #openEntry(layout: CacheLayout, key: string, set: WeightSet, options: FetchOptions): Promise<WeightFolder> {
    const { deadlineMs } = toFetchSettings(options);
    const endsAtMs = performance.now() + deadlineMs;
    const lock = new FillLock(layout.lock(key));
    for (;;) {
      if (options.signal?.aborted === true) throw new InferenceError("CANCELLED", "The fetch was cancelled.");
      const found = (await useEntry(layout, key, set)) ?? (await useInPlace(layout, set));
      if (found !== undefined) {
        this.#sweepOnce(layout);
        return found;
      }
      const held = await lock.tryTake();
      if (held !== undefined) return this.#fill(layout, key, set, options, held);
      if (performance.now() > endsAtMs) {
        const message = `Another process did not bring the weights within ${deadlineMs / 1000} s.`;
        throw new InferenceError("WEIGHTS_UNREACHABLE", message);
      }
      await sleep(POLL_MS);
    }
  }

  /** Every fill sweeps; a process that finds all it needs has to do it as well, but nobody has to wait for it. */
  #sweepOnce(layout: CacheLayout): void {
    if (this.#isSwept) return;
    this.#isSwept = true;
    sweep(layout).catch(() => undefined);
  }

  async #fill(
    layout: CacheLayout,
    key: string,
    set: WeightSet,
    options: FetchOptions,
    held: HeldLock,
  ): Promise<WeightFolder> {
    const directory = layout.newWorkPath();
    const neededBytes = set.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    // All at once: each takes a few trips to another thread, while nothing is fetched yet.
    const room = makeRoom(layout, { directory, neededBytes, maxBytes: this.#maxBytes });
    const preparing = Filling.prepare(directory, set);
    // Another process may have published between the look and the lock.
    const looking = useEntry(layout, key, set);
    await Promise.allSettled([room, preparing, looking]);
    let begun = false;
    try {
      const found = await looking;
      if (found !== undefined) return found;
      await room;
      const filling = await preparing;
      const paths = set.files.map(({ path }) => path);
      await filling.begin(options, () => publishEntry(layout, key, directory, paths), held.release);
      begun = true;
      return filling;
    } finally {
      if (!begun) await abandon(preparing, held);
    }
  }
}

async function abandon(preparing: Promise<Filling>, held: HeldLock): Promise<void> {
  const filling = await preparing.catch(() => undefined);
  await filling?.discard();
  await held.release();
}

/** The entry's files, by names of this process's own; nothing if there is no entry, or none that is right. */
async function useEntry(layout: CacheLayout, key: string, set: WeightSet): Promise<WeightFolder | undefined> {
  const entry = layout.entry(key);
  if (!(await isThere(entry))) return undefined;
  const files = set.files.map(({ path }) => ({ path, source: join(layout.files(key), path) }));
  const linked = await tryLinks(layout, files);
  if (linked === "gone") return undefined;
  // Where the file system takes no links, or is read-only, the entry itself has to do.
  const folder = linked === "impossible" ? whole(layout.files(key), async () => undefined) : toWhole(linked);
  try {
    if (!(await isVerified(entry))) {
      await verifyAll(folder.directory, set);
      // A directory that is read-only is verified by each process.
      await markVerified(entry).catch(() => undefined);
    }
  } catch (error) {
    await folder.release();
    if (!(InferenceError.is(error) || systemCode(error) === "ENOENT")) throw error;
    await discard(layout, entry);
    return undefined;
  }
  await utimes(entry, new Date(), new Date()).catch(() => undefined);
  return folder;
}

/** Files that lie on this disk already, where all of them do. */
async function useInPlace(layout: CacheLayout, set: WeightSet): Promise<WeightFolder | undefined> {
  const files: NamedFile[] = [];
  for (const { path, sizeBytes, location } of set.files) {
    if (location.kind !== "file") return undefined;
    await checkSize(location.path, sizeBytes);
    files.push({ path, source: location.path });
  }
  const linked = await tryLinks(layout, files);
  return linked instanceof WorkFolder ? toWhole(linked) : undefined;
}

async function checkSize(path: string, sizeBytes: number): Promise<void> {
  const stats = await stat(path).catch((error: unknown) => {
    throw toFileFailure(error, path, "read the weights");
  });
  if (stats.size === sizeBytes) return;
  const message = `${path} has ${stats.size} bytes, not the ${sizeBytes} that it was published with.`;
  throw new InferenceError("WEIGHTS_CORRUPT", message);
}

async function tryLinks(layout: CacheLayout, files: readonly NamedFile[]): Promise<WorkFolder | "gone" | "impossible"> {
  try {
    return await WorkFolder.ofLinks(layout.newWorkPath(), files);
  } catch (error) {
    return systemCode(error) === "ENOENT" ? "gone" : "impossible";
  }
}

async function verifyAll(directory: string, { files, chunkBytes }: WeightSet): Promise<void> {
  for (const file of files) await verifyFile(join(directory, file.path), { ...file, chunkBytes });
}

function toWhole(folder: WorkFolder): WeightFolder {
  return whole(folder.directory, () => folder.remove());
}

function whole(directory: string, release: () => Promise<void>): WeightFolder {
  return { directory, release, whenVerified: async () => undefined, verified: Promise.resolve() };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
