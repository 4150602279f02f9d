import { InferenceError } from "../errors.ts";
import type { Session, UnusableOutput } from "../session/engine.ts";
import type { Runnable } from "../session/runnable.ts";
import type { Signature } from "../tensor/tensor.ts";
import type { LibraryModel } from "../weights/model-library.ts";
import type { SlotState } from "../weights/model-slot.ts";
import type { Predictor } from "./predictor.ts";
import { predictorSignature, toRunnable } from "./predictor-runnable.ts";

/** Who answers one request, from its decoding to its answer. */
export interface Served {
  readonly name: string;
  readonly version: string;
  readonly runnable: Runnable;
  /** Whether what a run gives is the request's alone: a user's code may keep it. */
  readonly givesOutputsAway: boolean;
}

/** What a request can be addressed to: a model, or the predictor in front of the models. */
export interface Endpoint {
  readonly name: string;
  /** Known once the models are loaded, and before that where the config gives it. */
  readonly version: string | undefined;
  readonly state: SlotState;
  /** Known once the models are loaded. */
  readonly signature: Signature | undefined;
  readonly unusableOutputs: readonly UnusableOutput[];
  /**
   * Lets a request in that is still to be read.
   *
   * @returns to be called when it has been read, or has failed before; again does nothing.
   * @throws InferenceError `OVERLOADED` when it could not be answered by then.
   */
  admit(deadlineAtMs: number): () => void;
  /** Loads the models if need be and keeps them open until `work` ends. */
  use<Result>(work: (served: Served) => Promise<Result>): Promise<Result>;
  /** Starts loading what is not loaded yet; never rejects. */
  nudge(): void;
}

type Library = ReadonlyMap<string, LibraryModel>;

/** Each model under its own name; with a predictor, one endpoint under the only model's name or the service's. */
export function createEndpoints(serviceName: string, library: Library, predictor: Predictor | undefined): Endpoint[] {
  const models = [...library.values()];
  if (predictor === undefined) return models.map(modelEndpoint);
  const only = models.length === 1 ? models[0] : undefined;
  return [only === undefined ? pipelineEndpoint(serviceName, models, predictor) : hookedEndpoint(only, predictor)];
}

function modelEndpoint(model: LibraryModel): Endpoint {
  const { name, slot } = model;
  return {
    name,
    get version() {
      return model.version;
    },
    get state() {
      return slot.state;
    },
    get signature() {
      return slot.model?.session.signature;
    },
    get unusableOutputs() {
      return slot.model?.session.unusableOutputs ?? [];
    },
    admit: (deadlineAtMs) => model.admit(deadlineAtMs),
    use: (work) =>
      slot.use(({ session, version }) => work({ name, version, runnable: session, givesOutputsAway: true })),
    nudge: () => slot.nudge(),
  };
}

/** A model with the user's code around it; what the code does not declare it has from the model. */
function hookedEndpoint(model: LibraryModel, predictor: Predictor): Endpoint {
  const bare = modelEndpoint(model);
  return {
    name: bare.name,
    get version() {
      return bare.version;
    },
    get state() {
      return bare.state;
    },
    get signature() {
      return bare.signature && predictorSignature(predictor, bare.signature);
    },
    unusableOutputs: [],
    admit: (deadlineAtMs) => bare.admit(deadlineAtMs),
    use: (work) =>
      bare.use(async ({ runnable, ...identity }) => {
        const sessions = new Map([[identity.name, runnable]]);
        const signature = predictorSignature(predictor, runnable.signature);
        const hooked = toRunnable(predictor, signature, (name) => pickModel(sessions, name));
        return work({ ...identity, runnable: hooked, givesOutputsAway: false });
      }),
    nudge: () => bare.nudge(),
  };
}

/** The user's code over several models. */
function pipelineEndpoint(name: string, models: readonly LibraryModel[], predictor: Predictor): Endpoint {
  const signature = predictorSignature(predictor, undefined);
  const version = "1";
  return {
    name,
    version,
    get state() {
      return worstState(models.map((model) => model.slot.state));
    },
    signature,
    unusableOutputs: [],
    admit: (deadlineAtMs) => admitToAll(models, deadlineAtMs),
    use: (work) =>
      useAll(models, async (sessions) => {
        const runnable = toRunnable(predictor, signature, (wanted) => pickModel(sessions, wanted));
        return work({ name, version, runnable, givesOutputsAway: false });
      }),
    nudge: () => {
      for (const model of models) model.slot.nudge();
    },
  };
}

/** Lets a request in where every model does, or nowhere. */
function admitToAll(models: readonly LibraryModel[], deadlineAtMs: number): () => void {
  const admitted: (() => void)[] = [];
  const leave = (): void => {
    for (const read of admitted) read();
  };
  try {
    for (const model of models) admitted.push(model.admit(deadlineAtMs));
    return leave;
  } catch (error) {
    leave();
    throw error;
  }
}

/** Holds every model open at once, so that a pipeline never sees one swapped in the middle of a request. */
async function useAll<Result>(
  models: readonly LibraryModel[],
  work: (sessions: ReadonlyMap<string, Session>) => Promise<Result>,
): Promise<Result> {
  for (const model of models) model.slot.nudge();
  const sessions = new Map<string, Session>();
  const useFrom = (index: number): Promise<Result> => {
    const model = models[index];
    if (model === undefined) return work(sessions);
    return model.slot.use(({ session }) => {
      sessions.set(model.name, session);
      return useFrom(index + 1);
    });
  };
  return useFrom(0);
}

function pickModel(sessions: ReadonlyMap<string, Runnable>, name: string | undefined): Runnable {
  const names = [...sessions.keys()];
  const session = sessions.get(name ?? (names.length === 1 ? (names[0] ?? "") : ""));
  if (session !== undefined) return session;
  const asked =
    name === undefined ? "The service has several models" : `The service has no model ${JSON.stringify(name)}`;
  throw new InferenceError("MODEL_UNKNOWN", `${asked}; name one of: ${names.join(", ")}.`);
}

const WORST_FIRST = ["closed", "failed", "unloaded", "loading", "ready"] as const;

function worstState(states: readonly SlotState[]): SlotState {
  for (const worst of WORST_FIRST) {
    const found = states.find((each) => each.state === worst);
    if (found !== undefined) return found;
  }
  return { state: "ready" };
}
