import { basename } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { explainBuildFailure } from "./build-failure.ts";
import { CORE_PROGRAMS, programsBesideBundle } from "./core-programs.ts";
import { nativeDependencies } from "./native-dependencies.ts";
import { oneCore } from "./one-core.ts";
import { BANNER, BUNDLE_NAME } from "./output-folder.ts";
import { type Architecture, bindingBesideBundle } from "./runtime-files.ts";
import { PLACE_NAMES, sourceAssets } from "./source-assets.ts";

/** What is bundled, for which machine, and where to. */
export interface BundleOptions {
  /** A module in JavaScript, and the folder from which its imports are resolved. */
  readonly entry: {
    readonly contents: string;
    readonly resolveFolder: string;
    /** Whether it runs models in workers: their program lies beside the bundle. */
    readonly hasWorkers?: boolean;
  };
  readonly architecture: Architecture;
  /** Absolute; made where it is missing, emptied where it holds an earlier artefact. */
  readonly outputFolder: string;
}

/** A bundle that is not written yet. */
export interface CompiledFunction {
  /** By their names in the artefact; the bundle first. */
  readonly modules: readonly (readonly [name: string, code: Uint8Array])[];
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
  entryNames: "[name]",
  outExtension: { ".js": ".mjs" },
  logLevel: "silent",
} as const satisfies BuildOptions;

/** @throws InferenceError `CONFIG_INVALID` with the bundler's messages. */
export async function compileFunction({ entry, outputFolder }: BundleOptions): Promise<CompiledFunction> {
  const { contents, resolveFolder, hasWorkers = false } = entry;
  const assets = new Map<string, string>();
  try {
    const { outputFiles, metafile } = await build({
      ...SETTINGS,
      stdin: { contents, resolveDir: resolveFolder, sourcefile: BUNDLE_NAME, loader: "js" },
      // Each whole, as splitting would give a predictor that imports CommonJS later on no names of it.
      ...(hasWorkers && { entryPoints: CORE_PROGRAMS }),
      absWorkingDir: resolveFolder,
      outdir: outputFolder,
      plugins: [
        oneCore,
        bindingBesideBundle,
        nativeDependencies,
        ...(hasWorkers ? [programsBesideBundle] : []),
        sourceAssets(assets),
      ],
    });
    const modules = outputFiles.map((file) => [toModuleName(file.path), file.contents] as const);
    return { modules: modules.sort(byName), metafile, assets: [...assets].sort(byName) };
  } catch (error) {
    throw await explainBuildFailure(error, "The function cannot be bundled");
  }
}

/** The entry comes as text, and the bundler has a name of its own for that. */
function toModuleName(path: string): string {
  const name = basename(path);
  return name === "stdin.mjs" ? BUNDLE_NAME : name;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  if (one === BUNDLE_NAME || other === BUNDLE_NAME) return one === BUNDLE_NAME ? -1 : 1;
  return one < other ? -1 : 1;
}
