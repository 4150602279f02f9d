import { readdir, readFile, rm } from "node:fs/promises";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { InferenceError } from "@virga/core";

export const BUNDLE_NAME = "index.mjs";
/** Of an artefact: the files that its sources refer to. */
export const ASSETS_FOLDER = "assets";
/** Begins every bundle: CommonJS inside asks for Node's own modules, and for the binding, with `require`. */
export const BANNER = 'import{createRequire as virgaRequire}from"node:module";const require=virgaRequire(import.meta.url);';

const ARTEFACT = [BUNDLE_NAME, "onnxruntime_binding.node", "libonnxruntime.so.1", ASSETS_FOLDER];

/**
 * Makes an empty folder, or empties one that holds an artefact.
 *
 * @throws InferenceError `CONFIG_INVALID` when it holds anything else.
 */
export async function clearOutputFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = await readdir(folder);
  const strange = names.find((name) => !ARTEFACT.includes(name));
  const isOurs = names.length === 0 || (await beginsWithBanner(join(folder, BUNDLE_NAME)));
  if (strange !== undefined || !isOurs) {
    throw new InferenceError(
      "CONFIG_INVALID",
      `${folder} holds ${strange ?? names[0]}, which is not of an artefact built before: name a new folder, or empty this one.`,
    );
  }
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true })));
}

async function beginsWithBanner(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.startsWith(BANNER);
}
