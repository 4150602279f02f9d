import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Signature } from "@virga/core";
import type { Manifest } from "@virga/core/weights";
import { measurePreparedMemory } from "../preflight/measure-model-memory.ts";
import type { MeasuredMemory } from "../preflight/measured-memory.ts";
import type { ServicePlan } from "../service-plan.ts";
import { identifyModel, isSame, type ModelIdentity, prepareOnce, type Report } from "./prepared-model.ts";

/** Kept from one deployment to the next, from the config's folder. */
const STUDIES_FOLDER = join(".virga", "studies");

/** What is known of a model before it is deployed. */
export interface StudiedModel {
  /** What one version takes on a disk. */
  readonly sizeBytes: number;
  readonly signature: Signature;
  /** Absent where it could not be measured. */
  readonly memory?: MeasuredMemory;
}

/**
 * Prepares and measures the models of a plan that are files, by their names. What was studied before costs a hash.
 *
 * @throws InferenceError what preparing a model throws.
 */
export async function studyModels(
  { models, folder }: ServicePlan,
  report?: Report,
): Promise<Readonly<Record<string, StudiedModel>>> {
  const studied: [string, StudiedModel][] = [];
  // One after the other, since each is measured.
  for (const { name, origin } of models) {
    if (origin.kind === "file") studied.push([name, await studyModel(name, origin.path, folder, report)]);
  }
  return Object.fromEntries(studied);
}

type Study = ModelIdentity & StudiedModel;

async function studyModel(name: string, path: string, folder: string, report?: Report): Promise<StudiedModel> {
  const identity = await identifyModel(path);
  const file = join(folder, STUDIES_FOLDER, `${name}.json`);
  const before = await readStudy(file);
  if (before !== undefined && isSame(before, identity)) return before;
  const prepared = await prepareOnce(name, path, identity, folder, report);
  report?.(`Measuring ${name}`);
  const memory = await measurePreparedMemory(prepared.folder, prepared.manifest, report && { report });
  const study: Study = { ...identity, ...describeManifest(prepared.manifest), ...(memory && { memory }) };
  await mkdir(join(folder, STUDIES_FOLDER), { recursive: true });
  await writeFile(file, JSON.stringify(study));
  return study;
}

/** What a manifest tells of a model that somebody else has published. */
export function describeManifest({ signature, load, files }: Manifest): StudiedModel {
  const sizes = new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const sizeOf = ({ graph, data }: { graph: string; data?: string }): number =>
    (sizes.get(graph) ?? 0) + (data === undefined ? 0 : (sizes.get(data) ?? 0));
  const layouts = load.kind === "mappedWhenComplete" ? load.layouts : [];
  const sizeBytes =
    load.kind === "original"
      ? files.reduce((sum, file) => sum + file.sizeBytes, 0)
      : Math.max(...[load, ...layouts].map(sizeOf));
  return { sizeBytes, signature };
}

/** What this program wrote, or nothing. */
async function readStudy(file: string): Promise<Study | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Study;
  } catch {
    return undefined;
  }
}
