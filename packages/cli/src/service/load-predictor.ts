import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { InferenceError, type Predictor } from "@virga/core";
import type { PredictorBundle } from "./predictor-bundle.ts";

const FOLDER = ".virga";

/**
 * Runs a bundled predictor's module and takes its default export.
 *
 * @throws InferenceError `CONFIG_INVALID` when the module throws or exports no predictor.
 */
export async function loadPredictor(bundle: PredictorBundle, path: string): Promise<Predictor> {
  const shown = relative(process.cwd(), path);
  const exported = await importDefault(await writeModule(bundle, path), shown);
  if (isPredictor(exported)) return exported;
  throw new InferenceError(
    "CONFIG_INVALID",
    `The predictor ${shown} exports no predictor: write \`export default definePredictor({ predict(inputs, context) { … } })\`.`,
  );
}

async function importDefault(file: string, shown: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown };
    return module.default;
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new InferenceError("CONFIG_INVALID", `The predictor ${shown} fails as it is loaded:\n${reason}`, {
      cause: error,
    });
  } finally {
    await rm(file, { force: true });
  }
}

function isPredictor(value: unknown): value is Predictor {
  return typeof value === "object" && value !== null && "predict" in value && typeof value.predict === "function";
}

/** One name per content, since Node imports a file only once; in the predictor's package, where its imports resolve. */
async function writeModule(bundle: PredictorBundle, path: string): Promise<string> {
  const folder = join(packageFolderOf(path), FOLDER);
  const file = join(folder, `predictor-${bundle.hash}-${process.pid}.mjs`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, bundle.code);
  return file;
}

function packageFolderOf(path: string): string {
  const own = dirname(path);
  for (let folder = own; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
  }
  return own;
}
