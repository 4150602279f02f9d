import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { link, open, rename, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { InferenceError } from "../../errors.ts";

/** What runs under the lock takes milliseconds; whoever holds it this long was killed. */
const STALE_MS = 10_000;
const PATIENCE_MS = 30_000;
const MAX_PAUSE_MS = 20;

/**
 * Runs `work` while no other process runs its own for the same path.
 *
 * @throws InferenceError `WEIGHTS_UNREACHABLE` when the lock cannot be had within 30 seconds.
 */
export async function withFileLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lock = `${path}.lock`;
  await acquire(lock, performance.now() + PATIENCE_MS);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function acquire(lock: string, untilMs: number): Promise<void> {
  while (performance.now() < untilMs) {
    try {
      const file = await open(lock, "wx");
      return await file.close();
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    await removeIfStale(lock);
    await sleep(Math.random() * MAX_PAUSE_MS);
  }
  throw new InferenceError(
    "WEIGHTS_UNREACHABLE",
    `${lock} has been held for too long; remove it if no one writes there.`,
  );
}

/**
 * Renamed first, so that of many who find the lock stale one takes it away. One who was slow may have taken a new lock
 * instead; its age shows, and it is put back.
 */
async function removeIfStale(lock: string): Promise<void> {
  try {
    if (!isStale(await stat(lock))) return;
    const grave = `${lock}.${randomUUID()}`;
    await rename(lock, grave);
    if (!isStale(await stat(grave))) await link(grave, lock).catch(() => undefined);
    await rm(grave, { force: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}

function isStale(stats: Stats): boolean {
  return stats.mtimeMs < Date.now() - STALE_MS;
}
