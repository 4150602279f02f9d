import { randomUUID } from "node:crypto";
import { lstat, lutimes, readlink, rename, rm, symlink } from "node:fs/promises";
import { systemCode } from "../fetch/failed-try.ts";
import { hasEnded, ownerOf, ownIdentity, toOwnedName } from "./process-identity.ts";

const BEAT_MS = 1_000;
/** A lock that nobody has touched for so long is that of a process that was killed, or frozen, on another machine. */
const SILENCE_MS = 5_000;

/** A lock that this process holds. */
export interface HeldLock {
  release(): Promise<void>;
}

/**
 * Sees to it that of many processes one fills an entry. It only saves work: each fills a folder of its own, so that
 * nothing is wrong when two of them do.
 */
export class FillLock {
  readonly #path: string;
  #seen = { mtimeMs: 0, sinceMs: 0 };

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes the lock if it is free or its holder is gone. */
  async tryTake(): Promise<HeldLock | undefined> {
    const token = toOwnedName(ownIdentity(), randomUUID());
    if (await this.#create(token)) return this.#hold(token);
    const holder = await this.#holder();
    if (holder === undefined || !(await this.#isAbandoned(holder))) return undefined;
    await this.#takeAway(holder);
    return (await this.#create(token)) ? this.#hold(token) : undefined;
  }

  /** A symbolic link, as it appears with its content in one step: a file could be met, or left behind, empty. */
  async #create(token: string): Promise<boolean> {
    try {
      await symlink(token, this.#path);
      return true;
    } catch (error) {
      if (systemCode(error) === "EEXIST") return false;
      throw error;
    }
  }

  #hold(token: string): HeldLock {
    const beat = setInterval(() => {
      lutimes(this.#path, new Date(), new Date()).catch(() => undefined);
    }, BEAT_MS).unref();
    return {
      release: async () => {
        clearInterval(beat);
        if ((await this.#holder()) === token) await rm(this.#path, { force: true });
      },
    };
  }

  async #holder(): Promise<string | undefined> {
    return readlink(this.#path).catch(() => undefined);
  }

  /** Times are compared with earlier ones of the same file only: the clocks of two machines differ. */
  async #isAbandoned(holder: string): Promise<boolean> {
    const owner = ownerOf(holder);
    if (owner !== undefined && hasEnded(owner)) return true;
    const mtimeMs = (await lstat(this.#path).catch(() => undefined))?.mtimeMs;
    const now = performance.now();
    if (mtimeMs !== undefined && mtimeMs === this.#seen.mtimeMs) return now - this.#seen.sinceMs > SILENCE_MS;
    this.#seen = { mtimeMs: mtimeMs ?? 0, sinceMs: now };
    return false;
  }

  /** By a name of its own first: if another was quicker, what was taken away is the new lock, which is put back. */
  async #takeAway(abandoned: string): Promise<void> {
    const grave = `${this.#path}.${randomUUID()}`;
    try {
      await rename(this.#path, grave);
    } catch {
      return;
    }
    const taken = await readlink(grave).catch(() => undefined);
    if (taken !== undefined && taken !== abandoned) await this.#create(taken);
    await rm(grave, { force: true });
  }
}
