import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { InferenceError } from "@virga/core";
import { NATIVE_FILES } from "./runtime-files.ts";

export const BUNDLE_NAME = "index.mjs";
/** Of an artefact: the files that its sources refer to. */
export const ASSETS_FOLDER = "assets";

/**
 * Begins every bundle: CommonJS inside asks for Node's own modules, and for the binding, with `require`; a source that
 * looks for files beside it asks where it lies.
 */
export const BANNER: string = [
  'import{createRequire as virgaRequire}from"node:module";import virgaPath from"node:path";',
  'import{pathToFileURL as virgaUrl}from"node:url";const require=virgaRequire(import.meta.url);',
  "const virgaModuleAt=name=>{const filename=virgaPath.join(import.meta.dirname,name);",
  "return{filename,dirname:virgaPath.dirname(filename),url:virgaUrl(filename).href}};",
].join("");

/** What a function on Google Cloud has beside its bundle. */
const SOURCE_FILES = ["package.json", ".gcloudignore"];

/** Programs that a function with workers starts. */
const PROGRAMS = ["worker-entry.mjs", "layout-process.mjs"];

const ARTEFACT = [BUNDLE_NAME, ...PROGRAMS, ...NATIVE_FILES, ASSETS_FOLDER, ...SOURCE_FILES];

/**
 * Makes an empty folder, or empties one that holds an artefact.
 *
 * @throws InferenceError `CONFIG_INVALID` when it holds anything else.
 */
export async function clearOutputFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = await readdir(folder);
  const isArtefact = names.length === 0 || (await isBundle(join(folder, BUNDLE_NAME)));
  const stranger = isArtefact ? names.find((name) => !ARTEFACT.includes(name)) : names[0];
  if (stranger !== undefined) {
    throw new InferenceError(
      "CONFIG_INVALID",
      `${folder} holds ${stranger}, which is no part of a function built before: name a new folder, or empty this one.`,
    );
  }
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true })));
}

async function isBundle(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.startsWith(BANNER);
}
