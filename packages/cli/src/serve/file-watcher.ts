import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { createFingerprints } from "./fingerprints.ts";

/** Editors and exporters write in several steps; a file is looked at when it has been quiet for this long. */
const QUIET_MS = 150;
/** Folders that were replaced, and network drives, send no events. */
const POLL_MS = 1_000;

/** Watches files, whether they are rewritten in place or replaced by a rename. */
export interface FileWatcher {
  /** Watches exactly these files from now on; those that were watched before keep their state. */
  watchOnly(paths: readonly string[]): Promise<void>;
  close(): void;
}

/** Calls `onChange` with the files whose content has changed, never twice at the same time. */
export function createFileWatcher(onChange: (paths: readonly string[]) => Promise<void>): FileWatcher {
  const fingerprints = createFingerprints();
  const folders = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  let isClosed = false;

  function lookIn(delayMs: number): void {
    if (isClosed || isLooking) return;
    clearTimeout(timer);
    timer = setTimeout(look, delayMs);
  }

  async function look(): Promise<void> {
    isLooking = true;
    try {
      const changed = await fingerprints.changed();
      if (changed.length > 0 && !isClosed) await onChange(changed);
    } finally {
      isLooking = false;
      lookIn(POLL_MS);
    }
  }

  function watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, () => lookIn(QUIET_MS));
      watcher.on("error", () => watcher.close());
      folders.set(folder, watcher);
    } catch {
      // The poll sees the changes of a folder that cannot be watched.
    }
  }

  return {
    async watchOnly(paths) {
      await fingerprints.keepOnly(paths);
      const wanted = new Set(paths.map((path) => dirname(path)));
      for (const [folder, watcher] of folders) {
        if (wanted.has(folder)) continue;
        watcher.close();
        folders.delete(folder);
      }
      for (const folder of wanted) if (!folders.has(folder)) watchFolder(folder);
      lookIn(POLL_MS);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const watcher of folders.values()) watcher.close();
    },
  };
}
