import type { Author, LiveVersion, Registry } from "@virga/core/weights";
import type { ServicePlan } from "../service-plan.ts";
import {
  discardPrepared,
  identifyModel,
  isSame,
  type PreparedModel,
  prepareOnce,
  type Report,
} from "./prepared-model.ts";

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
  readonly report?: Report;
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
  { models, folder }: Pick<ServicePlan, "models" | "folder">,
  registry: Registry,
  options: PublishModelsOptions,
): Promise<readonly PublishedModel[]> {
  const published: PublishedModel[] = [];
  // One after the other: preparing takes the processor, storing takes the line.
  for (const { name, origin } of models) {
    if (origin.kind === "file") published.push(await publishModel(name, origin.path, folder, registry, options));
  }
  return published;
}

async function publishModel(
  name: string,
  path: string,
  projectFolder: string,
  registry: Registry,
  options: PublishModelsOptions,
): Promise<PublishedModel> {
  const identity = await identifyModel(path);
  const versions = await registry.versions(name);
  const existing = versions.findLast(({ manifest }) => isSame(manifest, identity));
  const { version, manifest } =
    existing ??
    (await store(name, await prepareOnce(name, path, identity, projectFolder, options.report), registry, options));
  await discardPrepared(name, projectFolder);
  const promoted = existing === undefined || !(await hasAlias(name, registry));
  if (promoted) await registry.promote(name, version, DEPLOYED_ALIAS, options.author);
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { name, version, sizeBytes, published: existing === undefined, promoted };
}

async function hasAlias(name: string, registry: Registry): Promise<boolean> {
  return (await registry.aliases(name)).some(({ alias }) => alias === DEPLOYED_ALIAS);
}

async function store(
  name: string,
  { folder, manifest }: PreparedModel,
  registry: Registry,
  { author, report, onProgress }: PublishModelsOptions,
): Promise<LiveVersion> {
  report?.(`Storing ${name} in ${registry.store.uri}`);
  return registry.publish(name, folder, manifest, {
    ...author,
    ...(onProgress && { onProgress: (stored, total) => onProgress(name, stored, total) }),
  });
}
