import { InferenceError } from "../errors.ts";
import type { Session } from "../session/engine.ts";
import type { RunOptions } from "../session/runnable.ts";
import type { Tensors } from "../tensor/tensor.ts";
import type { ModelQueue } from "./model-queue.ts";
import type { UnderWay } from "./under-way.ts";

/** A session as the scheduler knows it. */
export interface ScheduledModel {
  readonly session: Session;
  /** Shared by all versions of a model. */
  readonly queue: ModelQueue;
  readonly underWay: UnderWay;
}

/** What a job is made of. */
export interface JobOptions {
  readonly target: ScheduledModel;
  readonly inputs: Tensors;
  readonly options: RunOptions;
  readonly arrivedAtMs: number;
  /** From then on it is too late to begin. */
  readonly latestStartMs: number;
}

/** One request for a run, from its arrival to its answer. */
export class Job {
  readonly target: ScheduledModel;
  readonly inputs: Tensors;
  readonly options: RunOptions;
  readonly arrivedAtMs: number;
  readonly latestStartMs: number;
  readonly answer: Promise<Tensors>;
  readonly #settle: PromiseWithResolvers<Tensors>;
  #onAbort: (() => void) | undefined;
  #hasBegun = false;

  constructor({ target, inputs, options, arrivedAtMs, latestStartMs }: JobOptions) {
    this.target = target;
    this.inputs = inputs;
    this.options = options;
    this.arrivedAtMs = arrivedAtMs;
    this.latestStartMs = latestStartMs;
    this.#settle = Promise.withResolvers();
    this.answer = this.#settle.promise;
    target.underWay.begin();
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** From now on the job leaves its queue when nobody waits for it any more. @param left called when it has. */
  leaveWhenAborted(left: () => void): void {
    const { signal } = this.options;
    if (signal === undefined) return;
    this.#onAbort = () => {
      if (!this.target.queue.remove(this)) return;
      this.fail(cancelled());
      left();
    };
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** The job's turn has come: a run that has begun ends by itself. */
  begin(): void {
    this.#hasBegun = true;
    this.#ignoreAbort();
  }

  succeed(outputs: Tensors): void {
    this.target.underWay.end();
    this.#settle.resolve(outputs);
  }

  fail(error: unknown): void {
    this.#ignoreAbort();
    this.target.underWay.end();
    this.#settle.reject(error);
  }

  #ignoreAbort(): void {
    if (this.#onAbort !== undefined) this.options.signal?.removeEventListener("abort", this.#onAbort);
    this.#onAbort = undefined;
  }
}

/** What a caller gets who no longer waits. */
export function cancelled(): InferenceError {
  return new InferenceError("CANCELLED", "The run was cancelled before it began.");
}
