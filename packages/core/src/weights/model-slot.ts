import { InferenceError, shuttingDown } from "../errors.ts";
import type { Session } from "../session/engine.ts";

/** Where one model stands; `failure` is the last load that went wrong, even while an older session serves. */
export interface SlotState {
  readonly state: "unloaded" | "loading" | "ready" | "failed" | "closed";
  readonly failure?: InferenceError;
}

/** A session, and what its version is called. */
export interface LoadedModel {
  readonly session: Session;
  readonly version: string;
}

interface Occupant {
  readonly model: LoadedModel;
  users: number;
  retired: boolean;
}

/** A failed load is tried again by a readiness probe no sooner than this; a request tries at once. */
const PROBE_RETRY_MS = 5_000;

/** The place of one model: loads it once for all who ask, swaps it while it serves, frees what nobody uses. */
export class ModelSlot {
  readonly #load: () => Promise<LoadedModel>;
  #occupant: Occupant | undefined;
  #loading: Promise<Occupant> | undefined;
  #failure: InferenceError | undefined;
  #failedAtMs = 0;
  #closed = false;

  constructor(load: () => Promise<LoadedModel>) {
    this.#load = load;
  }

  get state(): SlotState {
    const failure = this.#failure === undefined ? {} : { failure: this.#failure };
    if (this.#closed) return { state: "closed" };
    if (this.#occupant !== undefined) return { state: "ready", ...failure };
    if (this.#loading !== undefined) return { state: "loading" };
    return { state: this.#failure === undefined ? "unloaded" : "failed", ...failure };
  }

  /** What serves now, without loading anything; valid until the next `await`. */
  get model(): LoadedModel | undefined {
    return this.#occupant?.model;
  }

  /** Runs `work` with the model, loading it first if need be; its session stays open until `work` ends. */
  async use<Result>(work: (model: LoadedModel) => Promise<Result>): Promise<Result> {
    const occupant = this.#occupant ?? (await this.#loadOnce());
    occupant.users += 1;
    try {
      return await work(occupant.model);
    } finally {
      occupant.users -= 1;
      void this.#closeIfUnused(occupant);
    }
  }

  /** Loads the model if it is not there and no load is under way or has just failed; never rejects. */
  nudge(): void {
    if (this.#occupant !== undefined || this.#loading !== undefined || this.#closed) return;
    if (this.#failure !== undefined && performance.now() - this.#failedAtMs < PROBE_RETRY_MS) return;
    this.#loadOnce().catch(() => undefined);
  }

  /** Loads the model anew beside the one that serves and swaps when it stands; on failure the old one stays. */
  async reload(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    const before = this.#occupant;
    await this.#loadOnce();
    if (before !== undefined) void this.#retire(before);
  }

  /** Frees the session, at once where nobody uses it, else once they have ended; later uses are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#loading?.catch(() => undefined);
    const occupant = this.#occupant;
    this.#occupant = undefined;
    if (occupant !== undefined) await this.#retire(occupant);
  }

  #loadOnce(): Promise<Occupant> {
    if (this.#closed) return Promise.reject(shuttingDown());
    this.#loading ??= this.#loadNow().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadNow(): Promise<Occupant> {
    try {
      const occupant = { model: await this.#load(), users: 0, retired: false };
      this.#occupant = occupant;
      this.#failure = undefined;
      return occupant;
    } catch (error) {
      this.#failure = InferenceError.is(error)
        ? error
        : new InferenceError("INTERNAL", "The model could not be loaded.", { cause: error });
      this.#failedAtMs = performance.now();
      throw this.#failure;
    }
  }

  async #retire(occupant: Occupant): Promise<void> {
    occupant.retired = true;
    await this.#closeIfUnused(occupant);
  }

  async #closeIfUnused(occupant: Occupant): Promise<void> {
    if (!occupant.retired || occupant.users > 0) return;
    await occupant.model.session.close().catch(() => undefined);
  }
}
