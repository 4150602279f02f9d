import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

/** Files up to this size are read at the start, so that a rewrite with the same content is known as such. */
const HASHED_AT_START_BYTES = 16 * 1024 * 1024;

interface Fingerprint {
  /** Size, time and identity of the file; a change of them only means that the content may have changed. */
  readonly stamp: string;
  readonly hash: string | undefined;
}

/** What each of some files held when it was last looked at. */
export interface Fingerprints {
  /** Forgets other files; new ones are as they are now. */
  keepOnly(paths: readonly string[]): Promise<void>;
  /** Files that hold something else than last time, and are not being written right now. */
  changed(): Promise<string[]>;
}

export function createFingerprints(): Fingerprints {
  const known = new Map<string, Fingerprint | undefined>();

  async function isChanged(path: string, before: Fingerprint | undefined): Promise<boolean> {
    const stamp = await stampOf(path);
    // A file that is away is about to be replaced, or a mistake that the loaded model survives.
    if (stamp === undefined || stamp === before?.stamp) return false;
    const hash = await hashOf(path);
    if (hash === undefined || (await stampOf(path)) !== stamp) return false;
    known.set(path, { stamp, hash });
    return hash !== before?.hash;
  }

  return {
    async keepOnly(paths) {
      for (const path of known.keys()) if (!paths.includes(path)) known.delete(path);
      for (const path of paths) if (!known.has(path)) known.set(path, await firstFingerprint(path));
    },
    async changed() {
      const changed: string[] = [];
      for (const [path, before] of [...known]) if (await isChanged(path, before)) changed.push(path);
      return changed;
    },
  };
}

async function firstFingerprint(path: string): Promise<Fingerprint | undefined> {
  const stamp = await stampOf(path);
  if (stamp === undefined) return undefined;
  const isSmall = Number.parseInt(stamp, 10) <= HASHED_AT_START_BYTES;
  const hash = isSmall ? await hashOf(path) : undefined;
  return (await stampOf(path)) === stamp ? { stamp, hash } : { stamp, hash: undefined };
}

/** Begins with the size in bytes. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeNs, ino } = await stat(path, { bigint: true });
    return `${size} ${mtimeNs} ${ino}`;
  } catch {
    return undefined;
  }
}

async function hashOf(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return undefined;
  }
  return hash.digest("hex");
}
