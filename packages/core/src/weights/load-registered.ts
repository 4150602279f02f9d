import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine, ModelSource, Session } from "../session/engine.ts";
import { runtimeVersion } from "../session/onnx-runtime.ts";
import type { WeightCache } from "./cache/weight-cache.ts";
import type { WeightFolder } from "./cache/weight-folder.ts";
import type { FetchOptions } from "./fetch/fetch-options.ts";
import { chooseLoad, type LoadChoice } from "./load-choice.ts";
import type { Registry, ResolvedVersion } from "./registry/registry.ts";

/** A model that lives in a registry. */
export interface RegisteredModel {
  readonly kind: "registry";
  readonly registry: Registry;
  readonly name: string;
  /** A version's number or an alias, such as `production`. */
  readonly reference: string;
  readonly cache: WeightCache;
  readonly fetch?: FetchOptions;
  /** How often an alias is looked up for a move, in milliseconds; never where absent. */
  readonly refreshMs?: number;
}

/** The runtime's import blocks this thread for 50 to 100 ms: the registry has to have been asked before it begins. */
const HEAD_START_MS = 12;

/** Finds the version to load; the runtime is imported while the registry answers. */
export async function resolveRegistered({ registry, name, reference }: RegisteredModel): Promise<ResolvedVersion> {
  const resolving = registry.resolve(name, reference);
  await Promise.race([resolving, sleep(HEAD_START_MS)]);
  const [resolved] = await Promise.all([resolving, runtimeVersion()]);
  return resolved;
}

/**
 * Brings one version from its registry into a session: fetched into the cache, mapped while it arrives where that is
 * right, and verified whole before it is given out.
 */
export async function loadRegistered(
  engine: Engine,
  model: RegisteredModel,
  resolved: ResolvedVersion,
): Promise<Session> {
  const choice = await chooseLoad(engine, resolved.manifest);
  const folder = await openFolder(model, resolved, choice);
  try {
    const session = await createSession(engine, folder, choice);
    return { ...session, close: () => session.close().finally(() => folder.release()) };
  } catch (error) {
    await folder.release();
    throw error;
  }
}

function openFolder(model: RegisteredModel, { manifest }: ResolvedVersion, choice: LoadChoice): Promise<WeightFolder> {
  const files = manifest.files
    .filter((file) => choice.files.includes(file.path))
    .map((file) => ({ ...file, location: model.registry.locate(model.name, file) }));
  return model.cache.open({ files, chunkBytes: manifest.chunkBytes }, model.fetch);
}

async function createSession(engine: Engine, folder: WeightFolder, choice: LoadChoice): Promise<Session> {
  if (!choice.mayArrive) await folder.verified;
  await folder.whenVerified(choice.graph);
  const session = await engine.load(toSource(folder, choice));
  try {
    await folder.verified;
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

function toSource(folder: WeightFolder, { graph, mode }: LoadChoice): ModelSource {
  return { kind: "file", path: join(folder.directory, graph), ...(mode && { mode }) };
}
