import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CacheLayout } from "./cache-layout.ts";
import { ownIdentity } from "./process-identity.ts";
import { linkAll } from "./work-folder.ts";

const MARK = "verified";

/**
 * Whether every byte of an entry was verified on this machine since it was booted. Files are not forced to the disk:
 * what a crash of the machine has lost is found when the next boot verifies them.
 */
export async function isVerified(entry: string): Promise<boolean> {
  const machine = await readFile(join(entry, MARK), "utf8").catch(() => undefined);
  return machine === ownIdentity().machine;
}

export async function markVerified(entry: string): Promise<void> {
  await writeFile(join(entry, MARK), ownIdentity().machine);
}

/**
 * Makes an entry of files that are whole and verified, in one step.
 *
 * @throws Error where another process has made it already, or where the file system knows no hard links.
 */
export async function publishEntry(
  layout: CacheLayout,
  key: string,
  directory: string,
  paths: readonly string[],
): Promise<void> {
  const staging = layout.newWorkPath();
  try {
    await mkdir(staging);
    await linkAll(
      join(staging, "files"),
      paths.map((path) => ({ path, source: join(directory, path) })),
    );
    await markVerified(staging);
    await rename(staging, layout.entry(key));
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}
