import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Author,
  type LiveVersion,
  openSourceModel,
  prepareModel,
  type Registry,
  runtimeVersion,
} from "@virga/core/weights";
import type { ServicePlan } from "../service-plan.ts";

/** What a deployed service follows for the models that are deployed with it. */
export const DEPLOYED_ALIAS = "production";

/** What became of one model that is deployed with its service. */
export interface PublishedModel {
  readonly name: string;
  /** The version that holds this content. */
  readonly version: number;
  /** Of all files of the version. */
  readonly sizeBytes: number;
  /** Whether the version is new. */
  readonly published: boolean;
  /** Whether the service's alias was pointed at it. */
  readonly promoted: boolean;
}

/** Who publishes, and who is told how it goes on. */
export interface PublishModelsOptions {
  readonly author: Author;
  /** Told what is being done with a model, such as `Preparing iris`. */
  readonly report?: (text: string) => void;
  /** Called with the bytes of a model that are stored so far. */
  readonly onProgress?: (name: string, storedBytes: number, totalBytes: number) => void;
}

/**
 * Puts a plan's local models into the service's registry, each under its own name, and points `production` at them.
 *
 * Content that is there already costs a hash. The alias is left alone unless there is a new version or no alias yet, so
 * that nobody's promotion or rollback is undone.
 *
 * @throws InferenceError what preparing a model and writing into the registry's store throw.
 */
export async function publishModels(
  { models }: Pick<ServicePlan, "models">,
  registry: Registry,
  options: PublishModelsOptions,
): Promise<readonly PublishedModel[]> {
  const published: PublishedModel[] = [];
  // One after the other: preparing takes the processor, storing takes the line.
  for (const { name, origin } of models) {
    if (origin.kind === "file") published.push(await publishModel(name, origin.path, registry, options));
  }
  return published;
}

async function publishModel(
  name: string,
  path: string,
  registry: Registry,
  options: PublishModelsOptions,
): Promise<PublishedModel> {
  const existing = await findVersion(name, path, registry);
  const { version, manifest } = existing ?? (await publishNew(name, path, registry, options));
  const promoted = existing === undefined || !(await hasAlias(name, registry));
  if (promoted) await registry.promote(name, version, DEPLOYED_ALIAS, options.author);
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { name, version, sizeBytes, published: existing === undefined, promoted };
}

/** The newest version that was made of this content for this runtime. */
async function findVersion(name: string, path: string, registry: Registry): Promise<LiveVersion | undefined> {
  const [{ sha256 }, runtime, versions] = await Promise.all([
    openSourceModel(path),
    runtimeVersion(),
    registry.versions(name),
  ]);
  return versions.findLast(({ manifest }) => manifest.sourceSha256 === sha256 && manifest.runtimeVersion === runtime);
}

async function hasAlias(name: string, registry: Registry): Promise<boolean> {
  return (await registry.aliases(name)).some(({ alias }) => alias === DEPLOYED_ALIAS);
}

async function publishNew(
  name: string,
  path: string,
  registry: Registry,
  { author, report, onProgress }: PublishModelsOptions,
): Promise<LiveVersion> {
  const folder = await mkdtemp(join(tmpdir(), "virga-publish-"));
  try {
    report?.(`Preparing ${name}`);
    const manifest = await prepareModel(path, folder, report && { report });
    report?.(`Storing ${name} in ${registry.store.uri}`);
    return await registry.publish(name, folder, manifest, {
      ...author,
      ...(onProgress && { onProgress: (stored, total) => onProgress(name, stored, total) }),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
