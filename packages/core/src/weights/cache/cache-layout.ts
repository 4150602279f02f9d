import { createHash, randomUUID } from "node:crypto";
import { mkdir, realpath } from "node:fs/promises";
import { join, normalize, sep } from "node:path";
import { InferenceError } from "../../errors.ts";
import type { ManifestFile } from "../registry/manifest.ts";
import { toFileFailure } from "../store/file-failure.ts";
import { ownIdentity, toOwnedName } from "./process-identity.ts";

/**
 * Where everything lies in a cache directory:
 *
 * - `sha256/KEY/files/…`: an entry, the files of one version under the names that the graph uses. It appears by a rename
 *   when it is whole and goes by a rename; its files are never changed. `KEY` is a digest of names and contents.
 * - `sha256/KEY/verified`: the machine that has verified every byte since it was booted.
 * - `work/PROCESS-…`: a folder of one process: files that it fills, or hard links to an entry that it uses, so that its
 *   files stay whatever becomes of the entry. What a process that has ended left behind is swept away.
 * - `locks/KEY`: who fills the entry.
 */
export class CacheLayout {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** @throws InferenceError `WEIGHTS_DENIED` or `DISK_FULL` where the folders cannot be made. */
  static async open(directory: string): Promise<CacheLayout> {
    try {
      await Promise.all(
        ["sha256", "work", "locks"].map((folder) => mkdir(join(directory, folder), { recursive: true })),
      );
      // The runtime takes data files only from the model's real folder.
      return new CacheLayout(await realpath(directory));
    } catch (error) {
      throw toFileFailure(error, directory, "create the cache of weights");
    }
  }

  get entries(): string {
    return join(this.directory, "sha256");
  }

  get work(): string {
    return join(this.directory, "work");
  }

  entry(key: string): string {
    return join(this.entries, key);
  }

  files(key: string): string {
    return join(this.entry(key), "files");
  }

  get locks(): string {
    return join(this.directory, "locks");
  }

  lock(key: string): string {
    return join(this.locks, key);
  }

  /** A path in the work folder that nothing has and that says whose it is. */
  newWorkPath(): string {
    return join(this.work, toOwnedName(ownIdentity(), randomUUID()));
  }
}

/** The key of these files' entry. @throws InferenceError `WEIGHTS_CORRUPT` for a path that leads out of it. */
export function toEntryKey(files: readonly ManifestFile[]): string {
  for (const { path } of files) {
    const normal = normalize(path);
    if (path !== "" && normal === path && !normal.startsWith(sep) && !normal.startsWith("..")) continue;
    throw new InferenceError(
      "WEIGHTS_CORRUPT",
      `The manifest names the file ${JSON.stringify(path)}: no path in a folder.`,
    );
  }
  const contents = files.map(({ path, sizeBytes, sha256 }) => [path, sizeBytes, sha256]);
  const sorted = contents.map((content) => JSON.stringify(content)).sort();
  return createHash("sha256").update(sorted.join("\n")).digest("hex");
}
