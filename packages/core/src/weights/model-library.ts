import { InferenceError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { Engine, ModelSource, Session } from "../session/engine.ts";
import { type AliasLook, createAliasLook, lookEvery } from "./follow-alias.ts";
import { loadRegistered, type RegisteredModel, resolveRegistered } from "./load-registered.ts";
import { type LoadedModel, ModelSlot } from "./model-slot.ts";
import type { ModelTreatment } from "./model-treatment.ts";
import { observeLoad } from "./observe-load.ts";
import { firstLoad, packLater } from "./packed/pack-later.ts";
import type { ResolvedVersion } from "./registry/registry.ts";

/** One model of a service, as it is configured. */
export interface ModelConfig extends ModelTreatment {
  /** A path, a source that the caller already holds, or a model of a registry. */
  readonly source: string | ModelSource | RegisteredModel;
  /** What versioned paths and answers call it; `"1"` where absent. */
  readonly version?: string;
}

/** A model's place with what the service says about it. */
export interface LibraryModel {
  readonly name: string;
  readonly slot: ModelSlot;
  /** What serves now is called, or will be called as far as that is known before it is loaded. */
  readonly version: string | undefined;
  /** Lets a request in that is still to be read; see `Endpoint.admit`. */
  admit(deadlineAtMs: number): () => void;
  /** Looks whether the model's alias has moved and swaps; never rejects. Absent where there is nothing to follow. */
  readonly followAlias?: AliasLook;
}

/** What all models of a service share. */
export interface LibraryContext {
  readonly engine: Engine;
  readonly log: Log;
  readonly metrics: ServiceMetrics;
  /** What a freshly loaded session passes through before it serves, such as labels. */
  dress(session: Session, config: ModelConfig, name: string): Session;
  /** Lets a request to a model in that is still to be read; see `Endpoint.admit`. */
  admit(name: string, deadlineAtMs: number): () => void;
}

const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** All models of one service by name; nothing is loaded until it is used. */
export function createModelLibrary(
  models: Readonly<Record<string, ModelConfig>>,
  context: LibraryContext,
): ReadonlyMap<string, LibraryModel> {
  const library = new Map<string, LibraryModel>();
  for (const [name, config] of Object.entries(models)) {
    checkName(name);
    const model = createLibraryModel(name, config, context);
    context.metrics.addModel(name, () => model.slot.model?.version);
    library.set(name, model);
  }
  if (library.size === 0) {
    throw new InferenceError("CONFIG_INVALID", "The service has no model: name at least one under `models`.");
  }
  return library;
}

function createLibraryModel(name: string, config: ModelConfig, context: LibraryContext): LibraryModel {
  const { source } = config;
  if (typeof source !== "string" && source.kind === "registry") return followedModel(name, config, source, context);
  const version = config.version ?? "1";
  const load = async (): Promise<LoadedModel> => {
    const session = await loadSource(typeof source === "string" ? { kind: "file", path: source } : source, context);
    return { session: await dressOrClose(session, config, name, context), version };
  };
  const slot = new ModelSlot(observeLoad(load, name, context.metrics));
  return { name, version, slot, admit: (deadlineAtMs) => context.admit(name, deadlineAtMs) };
}

async function loadSource(source: ModelSource, { engine, log }: LibraryContext): Promise<Session> {
  if (source.kind !== "file") return engine.load(source);
  const first = firstLoad(engine, source);
  const session = await engine.load(first.source, first.spread);
  return packLater(session, { engine, source, log });
}

/** A model that is whatever version its registry says, now and later. */
function followedModel(
  name: string,
  config: ModelConfig,
  source: RegisteredModel,
  context: LibraryContext,
): LibraryModel {
  let served: ResolvedVersion | undefined;
  const load = async (): Promise<LoadedModel> => {
    const resolved = await resolveRegistered(source);
    if (served !== undefined) checkSameSignature(name, served, resolved);
    const session = await loadRegistered(context.engine, source, resolved, context.log);
    const dressed = await dressOrClose(session, config, name, context);
    const isFirst = served === undefined;
    served = resolved;
    if (isFirst && follows && source.refreshMs !== undefined) lookEvery(source.refreshMs, followAlias, slot);
    return { session: dressed, version: String(resolved.version) };
  };
  const slot = new ModelSlot(observeLoad(load, name, context.metrics));
  const { log, metrics } = context;
  const followAlias = createAliasLook(source, slot, () => served?.aliasTag, { log, metrics, model: name });
  const follows = !/^\d+$/.test(source.reference);
  return {
    name,
    slot,
    get version() {
      return slot.model?.version;
    },
    admit: (deadlineAtMs) => context.admit(name, deadlineAtMs),
    ...(follows && { followAlias }),
  };
}

/** Callers were told what the model takes and gives; another signature is another model. */
function checkSameSignature(name: string, served: ResolvedVersion, next: ResolvedVersion): void {
  if (JSON.stringify(served.manifest.signature) === JSON.stringify(next.manifest.signature)) return;
  throw new InferenceError(
    "MODEL_UNSUPPORTED",
    `Version ${next.version} of ${name} takes or gives other tensors than version ${served.version}, which serves on: ` +
      "deploy it under another name, or restart the service.",
  );
}

function checkName(name: string): void {
  if (MODEL_NAME.test(name)) return;
  throw new InferenceError(
    "CONFIG_INVALID",
    `The model name ${JSON.stringify(name)} cannot stand in a URL: use letters, digits, ".", "_" and "-", at most 128.`,
  );
}

async function dressOrClose(
  session: Session,
  config: ModelConfig,
  name: string,
  context: LibraryContext,
): Promise<Session> {
  try {
    return context.dress(session, config, name);
  } catch (error) {
    await session.close();
    throw error;
  }
}
