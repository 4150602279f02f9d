import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { MANIFEST_FILE, type Manifest, openSourceModel, prepareModel, runtimeVersion } from "@virga/core/weights";

/** Where a model that is not published yet waits for it, from the config's folder; one for each name. */
const PREPARED_FOLDER = join(".virga", "prepared");

/** Told what is being done, such as `Preparing iris`. */
export type Report = (text: string) => void;

/** What a model's content and the runtime make of it: the same content for the same runtime is the same version. */
export interface ModelIdentity {
  readonly sourceSha256: string;
  readonly runtimeVersion: string;
}

/** Identifies a model file with the data files beside it. @throws InferenceError as `openSourceModel`. */
export async function identifyModel(path: string): Promise<ModelIdentity> {
  const [{ sha256 }, version] = await Promise.all([openSourceModel(path), runtimeVersion()]);
  return { sourceSha256: sha256, runtimeVersion: version };
}

/** Whether a version was made of this content for this runtime. */
export function isSame(one: ModelIdentity, other: ModelIdentity): boolean {
  return one.sourceSha256 === other.sourceSha256 && one.runtimeVersion === other.runtimeVersion;
}

/** A model as it will be published. */
export interface PreparedModel {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Prepares a model, unless it waits already; whoever has published it clears it away with `discardPrepared`. */
export async function prepareOnce(
  name: string,
  path: string,
  identity: ModelIdentity,
  projectFolder: string,
  report: Report | undefined,
): Promise<PreparedModel> {
  const folder = preparedFolder(name, projectFolder);
  const waiting = await readManifest(folder);
  if (waiting !== undefined && isSame(waiting, identity)) return { folder, manifest: waiting };
  await discardPrepared(name, projectFolder);
  report?.(`Preparing ${name}`);
  return { folder, manifest: await prepareModel(path, folder, report && { report }) };
}

/** Gives back the disk that a prepared model takes. */
export async function discardPrepared(name: string, projectFolder: string): Promise<void> {
  await rm(preparedFolder(name, projectFolder), { recursive: true, force: true });
}

function preparedFolder(name: string, projectFolder: string): string {
  return join(projectFolder, PREPARED_FOLDER, name);
}

/** A folder with a manifest is whole; it was written by this program. */
async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST_FILE), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}
