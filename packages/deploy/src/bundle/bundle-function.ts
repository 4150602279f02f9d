import { copyFile, mkdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import type { BundledFunction } from "../bundled-function.ts";
import { explainBuildFailure } from "./build-failure.ts";
import { toParts } from "./bundled-parts.ts";
import { checkMachine } from "./elf-file.ts";
import { nativeDependencies } from "./native-dependencies.ts";
import { oneCore } from "./one-core.ts";
import { ASSETS_FOLDER, BANNER, BUNDLE_NAME, clearOutputFolder } from "./output-folder.ts";
import { type Architecture, bindingBesideBundle, nativeFiles } from "./runtime-files.ts";
import { sourceAssets } from "./source-assets.ts";

/** What is bundled, for which machine, and where to. */
export interface BundleOptions {
  /** A module in JavaScript, and the folder from which its imports are resolved. */
  readonly entry: { readonly contents: string; readonly resolveFolder: string };
  readonly architecture: Architecture;
  /** Absolute; made where it is missing, emptied where it holds an earlier artefact. */
  readonly outputFolder: string;
}

/**
 * Bundles a function into one ES module with onnxruntime's native files beside it. The same input gives the same bytes,
 * whatever the folder.
 *
 * @throws InferenceError `CONFIG_INVALID` when something does not compile, needs an addon in machine code or files that
 * the bundle would not find, or when the folder holds other files.
 */
export async function bundleFunction(options: BundleOptions): Promise<BundledFunction> {
  const { architecture, outputFolder } = options;
  const { contents, metafile } = await compile(options);
  await clearOutputFolder(outputFolder);
  for (const [name, bytes] of contents) {
    await mkdir(dirname(join(outputFolder, name)), { recursive: true });
    await writeFile(join(outputFolder, name), bytes);
  }
  const natives = nativeFiles(architecture);
  for (const path of natives) {
    await checkMachine(path, architecture);
    await copyFile(path, join(outputFolder, basename(path)));
  }
  const names = [...contents.keys(), ...natives.map((path) => basename(path))];
  const sizes = await Promise.all(names.map((name) => stat(join(outputFolder, name))));
  const files = names.map((name, index) => ({ name, sizeBytes: sizes[index]?.size ?? 0 }));
  return { folder: outputFolder, files, parts: toParts(metafile) };
}

/** The bundle and the files that its sources refer to, by their names in the artefact. */
interface CompiledFunction {
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly metafile: Metafile;
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
  // What CommonJS takes for granted.
  define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" },
  assetNames: `${ASSETS_FOLDER}/[name]-[hash]`,
  logLevel: "silent",
} as const satisfies BuildOptions;

async function compile({ entry, outputFolder }: BundleOptions): Promise<CompiledFunction> {
  try {
    const { outputFiles, metafile } = await build({
      ...SETTINGS,
      stdin: { contents: entry.contents, resolveDir: entry.resolveFolder, sourcefile: BUNDLE_NAME, loader: "js" },
      absWorkingDir: entry.resolveFolder,
      outdir: outputFolder,
      entryNames: basename(BUNDLE_NAME, ".mjs"),
      outExtension: { ".js": ".mjs" },
      plugins: [oneCore, bindingBesideBundle, nativeDependencies, sourceAssets],
    });
    const named = outputFiles.map(({ path, contents }): [string, Uint8Array] => {
      return [relative(outputFolder, path).replaceAll(sep, "/"), contents];
    });
    return { contents: new Map(named), metafile };
  } catch (error) {
    throw await explainBuildFailure(error, "The function cannot be bundled");
  }
}
