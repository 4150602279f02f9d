import type { Metafile } from "esbuild";
import type { BundledFunction } from "../bundled-function.ts";
import { BUNDLE_NAME } from "./output-folder.ts";

const OWN_CODE = "your code";
/** The innermost package of a path. */
const PACKAGE = /^.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** What weighs how much in the bundle by package, heaviest first. */
export function toParts({ outputs }: Metafile): BundledFunction["parts"] {
  const sizes = new Map<string, number>();
  const bundle = Object.entries(outputs).find(([path]) => path.endsWith(BUNDLE_NAME))?.[1];
  for (const [path, { bytesInOutput }] of Object.entries(bundle?.inputs ?? {})) {
    const name = PACKAGE.exec(path)?.[1]?.replaceAll("\\", "/") ?? OWN_CODE;
    sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
  }
  return [...sizes]
    .map(([packageName, sizeBytes]) => ({ packageName, sizeBytes }))
    .sort((one, other) => other.sizeBytes - one.sizeBytes || (one.packageName < other.packageName ? -1 : 1));
}
