import { InferenceError } from "../errors.ts";
import type { Engine, ModelSource, Session } from "../session/engine.ts";
import { ModelSlot } from "./model-slot.ts";

/** One model of a service, as it is configured. */
export interface ModelConfig {
  /** A path, or a source that the caller already holds. */
  readonly source: string | ModelSource;
  /** What versioned paths and answers call it; `"1"` where absent. */
  readonly version?: string;
  /** Names of the classes, in the order of the model's scores. */
  readonly labels?: readonly string[];
}

/** A model's place with what the service says about it. */
export interface LibraryModel {
  readonly name: string;
  readonly slot: ModelSlot;
  /** What serves now is called, or will be called as far as that is known before it is loaded. */
  readonly version: string | undefined;
}

/** What a freshly loaded session passes through before it serves, such as labels. */
export type Dress = (session: Session, config: ModelConfig, name: string) => Session;

const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** All models of one service by name; nothing is loaded until it is used. */
export function createModelLibrary(
  engine: Engine,
  models: Readonly<Record<string, ModelConfig>>,
  dress: Dress,
): ReadonlyMap<string, LibraryModel> {
  const library = new Map<string, LibraryModel>();
  for (const [name, config] of Object.entries(models)) {
    checkName(name);
    library.set(name, createLibraryModel(engine, name, config, dress));
  }
  if (library.size === 0) {
    throw new InferenceError("CONFIG_INVALID", "The service has no model: name at least one under `models`.");
  }
  return library;
}

function createLibraryModel(engine: Engine, name: string, config: ModelConfig, dress: Dress): LibraryModel {
  const version = config.version ?? "1";
  const slot = new ModelSlot(async () => {
    const session = await engine.load(toSource(config.source));
    return { session: await dressOrClose(session, config, name, dress), version };
  });
  return { name, version, slot };
}

function checkName(name: string): void {
  if (MODEL_NAME.test(name)) return;
  throw new InferenceError(
    "CONFIG_INVALID",
    `The model name ${JSON.stringify(name)} cannot stand in a URL: use letters, digits, ".", "_" and "-", at most 128.`,
  );
}

function toSource(source: string | ModelSource): ModelSource {
  return typeof source === "string" ? { kind: "file", path: source } : source;
}

async function dressOrClose(session: Session, config: ModelConfig, name: string, dress: Dress): Promise<Session> {
  try {
    return dress(session, config, name);
  } catch (error) {
    await session.close();
    throw error;
  }
}
