import { resolve } from "node:path";
import type { Metafile } from "esbuild";
import type { BundledFunction } from "../bundled-function.ts";
import { BUNDLE_NAME } from "./output-folder.ts";
import { packageOf } from "./source-package.ts";

/** What weighs how much in the bundle by package, heaviest first. @param folder that paths start from. */
export function toParts({ outputs }: Metafile, folder: string): BundledFunction["parts"] {
  const sizes = new Map<string, number>();
  const bundle = Object.values(outputs).find(({ entryPoint }) => entryPoint === BUNDLE_NAME);
  for (const [path, { bytesInOutput }] of Object.entries(bundle?.inputs ?? {})) {
    const name = packageOf(resolve(folder, path))?.manifest.name ?? "your code";
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
  }
  return [...sizes]
    .map(([packageName, sizeBytes]) => ({ packageName, sizeBytes }))
    .sort((one, other) => other.sizeBytes - one.sizeBytes || (one.packageName < other.packageName ? -1 : 1));
}
