import { AsyncLocalStorage } from "node:async_hooks";
import type { RunOptions } from "../session/runnable.ts";
import type { Tensors } from "../tensor/tensor.ts";
import { findTracer } from "../tracing/open-telemetry.ts";
import type { BatchShare, ScheduledModel } from "./scheduled-model.ts";

/** What a job is made of. */
export interface JobOptions {
  readonly target: ScheduledModel;
  readonly inputs: Tensors;
  readonly options: RunOptions;
  readonly arrivedAtMs: number;
  /** From then on it is too late to begin. */
  readonly latestStartMs: number;
}

/** Does work in the place that something else came from, as a trace sees it. */
type Within = <Result>(work: () => Result) => Result;

/** One request for a run, from its arrival to its answer. */
export class Job {
  readonly target: ScheduledModel;
  readonly inputs: Tensors;
  readonly options: RunOptions;
  readonly arrivedAtMs: number;
  readonly latestStartMs: number;
  readonly answer: Promise<Tensors>;
  /** Runs are begun by whichever request or timer comes, and belong to the trace of the one that asked for them. */
  readonly within: Within;
  readonly #settle: PromiseWithResolvers<Tensors>;
  #share: BatchShare | undefined;
  #isWaiting = true;
  #hasBegun = false;
  #onAbort: (() => void) | undefined;
  #onEnd: ((hasSucceeded: boolean) => void) | undefined;

  constructor({ target, inputs, options, arrivedAtMs, latestStartMs }: JobOptions) {
    this.target = target;
    this.inputs = inputs;
    this.options = options;
    this.arrivedAtMs = arrivedAtMs;
    this.latestStartMs = latestStartMs;
    this.within = findTracer() === undefined ? (work) => work() : AsyncLocalStorage.snapshot();
    this.#share = target.shareOf(inputs, options.outputs);
    this.#settle = Promise.withResolvers();
    this.answer = this.#settle.promise;
    target.underWay.begin();
  }

  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Absent where the job is to be run by itself. */
  get share(): BatchShare | undefined {
    return this.#share;
  }

  /** From now on the job is run by itself. @param onEnd told how it ended. */
  standAlone(onEnd?: (hasSucceeded: boolean) => void): void {
    this.#share = undefined;
    this.#onEnd = onEnd;
  }

  /** The job waits. @param leave called when nobody waits for its answer any more. */
  wait(leave: () => void): void {
    this.#isWaiting = true;
    const { signal } = this.options;
    if (signal === undefined) return;
    this.#onAbort = leave;
    signal.addEventListener("abort", leave, { once: true });
  }

  /** The job's turn has come: a run that has begun ends by itself. @returns whether it is the job's first. */
  begin(): boolean {
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    this.#isWaiting = false;
    this.#ignoreAbort();
    return isFirst;
  }

  succeed(outputs: Tensors): void {
    this.#end(true);
    this.#settle.resolve(outputs);
  }

  fail(error: unknown): void {
    this.#ignoreAbort();
    this.#end(false);
    this.#settle.reject(error);
  }

  #end(hasSucceeded: boolean): void {
    this.target.underWay.end();
    this.#onEnd?.(hasSucceeded);
  }

  #ignoreAbort(): void {
    if (this.#onAbort !== undefined) this.options.signal?.removeEventListener("abort", this.#onAbort);
    this.#onAbort = undefined;
  }
}
