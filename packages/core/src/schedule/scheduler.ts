import { type InferenceError, runCancelled, shuttingDown } from "../errors.ts";
import type { Log } from "../log.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { Lanes, Session } from "../session/engine.ts";
import type { RunOptions } from "../session/runnable.ts";
import { UnderWay } from "../session/under-way.ts";
import type { Tensors } from "../tensor/tensor.ts";
import { deadlinePassed, isInTime, latestStart, queueFull, tooLate } from "./admission.ts";
import { type Clock, PROCESS_CLOCK } from "./clock.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Job } from "./job.ts";
import type { ModelQueue } from "./model-queue.ts";
import { ScheduledModel } from "./scheduled-model.ts";

/** What a scheduler is made of. */
export interface SchedulerOptions {
  /** One lane, the calling thread, where absent. */
  readonly lanes?: Lanes | undefined;
  /** Requests that may wait for one model at once. */
  readonly maxQueued: number;
  readonly metrics: ServiceMetrics;
  /** Gets why requests of a model are not joined; silent where absent. */
  readonly log?: Log;
  /** The process's own where absent. */
  readonly clock?: Clock;
}

/** How one model's runs are scheduled. */
export interface ScheduleOptions {
  /** Whether requests may be joined into one run, which may change the last bits of floats. */
  readonly batching: "auto" | "off";
}

/**
 * Decides which run goes next, and which cannot be in time: bounded queues, fair between models, within deadlines;
 * requests are joined into one run where that is proven to change nothing and measured to pay.
 */
export class Scheduler {
  readonly #maxQueued: number;
  readonly #metrics: ServiceMetrics;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #dispatcher: Dispatcher;
  readonly #underWay = new UnderWay();
  #isClosed = false;

  constructor({ lanes, maxQueued, metrics, log = () => undefined, clock = PROCESS_CLOCK }: SchedulerOptions) {
    this.#maxQueued = maxQueued;
    this.#metrics = metrics;
    this.#log = log;
    this.#clock = clock;
    this.#dispatcher = new Dispatcher({ lanes, metrics, clock });
  }

  /**
   * A session whose runs wait for their turn. It is closed after them.
   *
   * Its runs reject with `OVERLOADED` and `retryAfterSeconds` when too many wait or the deadline would pass, with
   * `DEADLINE_EXCEEDED` when it has passed already, and with the lanes' own failure while there are none.
   */
  schedule(session: Session, model: string, { batching }: ScheduleOptions): Session {
    const queue = this.#dispatcher.queues.of(model);
    this.#metrics.addQueue(model, () => queue.length);
    const mayBeJoined = batching === "auto" && session.batchable === true;
    const target = new ScheduledModel({ model, session, mayBeJoined, whole: this.#underWay, log: this.#log });
    return {
      signature: session.signature,
      unusableOutputs: session.unusableOutputs,
      run: (inputs, options = {}) => this.#run(queue, target, inputs, options),
      close: () => target.close(),
    };
  }

  /**
   * Refuses what could not be answered in time, before anything is spent on it.
   *
   * @param deadlineAtMs as `performance.now()` counts.
   * @returns to be called when the request has been read, or has failed before; again does nothing.
   * @throws InferenceError `OVERLOADED`, with `retryAfterSeconds`; the lanes' own failure while there are none.
   */
  admit(model: string, deadlineAtMs: number): () => void {
    const queue = this.#dispatcher.queues.find(model);
    const refusal = this.#refusal(queue, deadlineAtMs, this.#clock.now());
    if (refusal !== undefined) throw refusal;
    if (queue === undefined) return () => undefined;
    let isArriving = true;
    queue.arriving += 1;
    return () => {
      if (isArriving) queue.arriving -= 1;
      isArriving = false;
    };
  }

  /** Runs what is queued and refuses what comes; resolves when all is answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#underWay.ended();
    this.#dispatcher.stop();
  }

  #run(queue: ModelQueue, target: ScheduledModel, inputs: Tensors, options: RunOptions): Promise<Tensors> {
    const { signal, deadlineAtMs = Number.POSITIVE_INFINITY } = options;
    const nowMs = this.#clock.now();
    const refusal = signal?.aborted ? runCancelled() : this.#refusal(queue, deadlineAtMs, nowMs);
    if (refusal !== undefined) return Promise.reject(refusal);
    if (deadlineAtMs <= nowMs) return Promise.reject(deadlinePassed(queue.model));
    const latestStartMs = latestStart(nowMs, deadlineAtMs, queue.estimate);
    const job = new Job({ target, inputs, options, arrivedAtMs: nowMs, latestStartMs });
    this.#dispatcher.enter(queue, job);
    return job.answer;
  }

  #refusal(queue: ModelQueue | undefined, deadlineAtMs: number, nowMs: number): InferenceError | undefined {
    if (this.#isClosed) return shuttingDown();
    const { failure } = this.#dispatcher;
    if (failure !== undefined || queue === undefined) return failure;
    const waitMs = this.#dispatcher.waitMs(queue, nowMs);
    if (queue.length + queue.arriving >= this.#maxQueued) return queueFull(queue.model, queue.length, waitMs);
    return isInTime(nowMs, deadlineAtMs, waitMs, queue.estimate) ? undefined : tooLate(queue.model, waitMs);
  }
}
