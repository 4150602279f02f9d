import { statSync } from "node:fs";
import { relative } from "node:path";
import { InferenceError } from "@virga/core";

/** A file that a service needs, and what it is there for. */
export interface NeededFile {
  /** Absolute. */
  readonly path: string;
  /** Such as `model iris`. */
  readonly role: string;
}

/** @throws InferenceError `WEIGHTS_MISSING` with every file that is not there, named from `folder`. */
export function checkFiles(files: readonly NeededFile[], folder: string): void {
  const problems = files.flatMap(({ path, role }) => {
    const shown = relative(folder, path) || path;
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return [`There is no file ${shown} (${role}).`];
    return stats.isDirectory() ? [`${shown} is a folder (${role}): name the file in it.`] : [];
  });
  if (problems.length > 0) throw new InferenceError("WEIGHTS_MISSING", problems.join("\n"));
}
