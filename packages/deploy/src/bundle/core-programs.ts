import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { LAYOUT_PROCESS } from "@virga/core/weights";
import { WORKER_ENTRY } from "@virga/core/workers";
import type { Plugin } from "esbuild";
import { placeSource } from "./source-assets.ts";

/** Programs of the core's own that a function with workers starts, by their names beside its bundle; without extension. */
export const CORE_PROGRAMS: Readonly<Record<string, string>> = Object.fromEntries(
  [WORKER_ENTRY, LAYOUT_PROCESS].map((url) => {
    const path = fileURLToPath(url);
    return [basename(path, extname(path)), path];
  }),
);

/** The core looks for its programs beside the module that tells where they are: that one is said to lie beside the bundle. */
export const programsBesideBundle: Plugin = {
  name: "programs-beside-bundle",
  setup({ onLoad }) {
    onLoad({ filter: /-location\.[jt]s$/, namespace: "file" }, async ({ path }) => {
      const name = Object.keys(CORE_PROGRAMS).find((each) => toLocation(CORE_PROGRAMS[each] ?? "") === path);
      return name === undefined ? undefined : placeSource(await readFile(path, "utf8"), path, `${name}-location.mjs`);
    });
  },
};

function toLocation(program: string): string {
  const extension = extname(program);
  return `${program.slice(0, -extension.length)}-location${extension}`;
}
