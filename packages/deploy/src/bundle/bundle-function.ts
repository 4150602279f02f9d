import { copyFile, mkdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { BundledFile, BundledFunction } from "../bundled-function.ts";
import { toParts } from "./bundled-parts.ts";
import type { BundleOptions } from "./compile-function.ts";
import { checkMachine } from "./elf-file.ts";
import { clearOutputFolder } from "./output-folder.ts";
import { nativeFiles } from "./runtime-files.ts";

/**
 * Bundles a function into one ES module with onnxruntime's native files beside it and, where it has workers, the programs
 * that they are. The same input gives the same bytes, whatever the folder.
 *
 * @throws InferenceError `CONFIG_INVALID` when something does not compile, needs an addon in machine code or files that
 * the bundle would not find, or when the folder holds other files.
 */
export async function bundleFunction(options: BundleOptions): Promise<BundledFunction> {
  const { entry, architecture, outputFolder } = options;
  // The bundler takes a tenth of a second to load, which commands that bundle nothing need not pay for.
  const { compileFunction } = await import("./compile-function.ts");
  const { modules, metafile, assets } = await compileFunction(options);
  const natives = nativeFiles(architecture);
  for (const path of natives) await checkMachine(path, architecture);
  await clearOutputFolder(outputFolder);
  for (const [name, code] of modules) await writeFile(join(outputFolder, name), code);
  const copies = [...natives.map((path) => [basename(path), path] as const), ...assets];
  for (const [name, path] of copies) {
    await mkdir(dirname(join(outputFolder, name)), { recursive: true });
    await copyFile(path, join(outputFolder, name));
  }
  const files: BundledFile[] = [];
  for (const name of [...modules, ...copies].map(([name]) => name)) {
    files.push({ name, sizeBytes: (await stat(join(outputFolder, name))).size });
  }
  return { folder: outputFolder, files, parts: toParts(metafile, entry.resolveFolder) };
}
