import { join } from "node:path";
import type { Log } from "../log.ts";
import type { Engine, FileSource, Session } from "../session/engine.ts";
import { runtimeVersion } from "../session/onnx-runtime.ts";
import type { WeightCache } from "./cache/weight-cache.ts";
import type { WeightFolder } from "./cache/weight-folder.ts";
import type { FetchOptions } from "./fetch/fetch-options.ts";
import { whenRequestsSent } from "./fetch/outgoing-requests.ts";
import { chooseLoad, type LoadChoice } from "./load-choice.ts";
import { machineLayout } from "./machine-layout.ts";
import { firstLoad, packLater } from "./packed/pack-later.ts";
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

/** Finds the version to load; while the registry answers, the cache is opened and the runtime imported. */
export async function resolveRegistered(model: RegisteredModel): Promise<ResolvedVersion> {
  const { registry, name, reference, cache } = model;
  const resolving = registry.resolve(name, reference);
  cache.prepare();
  // The import blocks this thread for 20 ms and more.
  await Promise.race([resolving, whenRequestsSent()]);
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
  log: Log = () => undefined,
): Promise<Session> {
  const choice = await chooseLoad(engine, resolved.manifest);
  const folder = await openFolder(model, resolved, choice);
  try {
    const bare = await createSession(engine, folder, choice);
    const session = packLater(bare, { engine, source: toSource(folder, choice), log });
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
  if (choice.mayArrive) await setUpRuntime(engine, folder);
  else await folder.verified;
  await folder.whenVerified(choice.graph);
  const first = firstLoad(engine, toSource(folder, choice));
  const session = await engine.load(first.source, first.spread);
  try {
    await folder.verified;
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** The runtime sets itself up with its first session, for about 17 ms: the store's first byte takes longer. */
async function setUpRuntime(engine: Engine, folder: WeightFolder): Promise<void> {
  await Promise.race([folder.verified, whenRequestsSent()]);
  await machineLayout(engine).catch(() => undefined);
}

function toSource(folder: WeightFolder, { graph, mode }: LoadChoice): FileSource {
  return { kind: "file", path: join(folder.directory, graph), ...(mode && { mode }) };
}
