import { join } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { explainBuildFailure } from "./build-failure.ts";
import { nativeDependencies } from "./native-dependencies.ts";
import { oneCore } from "./one-core.ts";
import { BANNER, BUNDLE_NAME } from "./output-folder.ts";
import { type Architecture, bindingBesideBundle } from "./runtime-files.ts";
import { PLACE_NAMES, sourceAssets } from "./source-assets.ts";

/** What is bundled, for which machine, and where to. */
export interface BundleOptions {
  /** A module in JavaScript, and the folder from which its imports are resolved. */
  readonly entry: { readonly contents: string; readonly resolveFolder: string };
  readonly architecture: Architecture;
  /** Absolute; made where it is missing, emptied where it holds an earlier artefact. */
  readonly outputFolder: string;
}

/** A bundle that is not written yet. */
export interface CompiledFunction {
  readonly code: Uint8Array;
  readonly metafile: Metafile;
  /** Files that the sources look for, by their names in the artefact, in the order of the names. */
  readonly assets: readonly (readonly [name: string, path: string])[];
}

/** The conditions under which this very file was found: sources import sources, what is built imports what is built. */
const CONDITIONS = import.meta.url.endsWith(".ts") ? ["virga:source"] : [];

const SETTINGS = {
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  legalComments: "none",
  platform: "node",
  format: "esm",
  target: "node22",
  // Modules that can be shaken, where a package has them.
  mainFields: ["module", "main"],
  conditions: CONDITIONS,
  banner: { js: BANNER },
  define: PLACE_NAMES,
  logLevel: "silent",
} as const satisfies BuildOptions;

/** @throws InferenceError `CONFIG_INVALID` with the bundler's messages. */
export async function compileFunction({ entry, outputFolder }: BundleOptions): Promise<CompiledFunction> {
  const assets = new Map<string, string>();
  try {
    const { outputFiles, metafile } = await build({
      ...SETTINGS,
      stdin: { contents: entry.contents, resolveDir: entry.resolveFolder, sourcefile: BUNDLE_NAME, loader: "js" },
      absWorkingDir: entry.resolveFolder,
      outfile: join(outputFolder, BUNDLE_NAME),
      plugins: [oneCore, bindingBesideBundle, nativeDependencies, sourceAssets(assets)],
    });
    const code = Buffer.concat(outputFiles.map(({ contents }) => contents));
    return { code, metafile, assets: [...assets].sort(([one], [other]) => (one < other ? -1 : 1)) };
  } catch (error) {
    throw await explainBuildFailure(error, "The function cannot be bundled");
  }
}
