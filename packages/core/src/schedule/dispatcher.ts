import type { InferenceError } from "../errors.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { Lanes } from "../session/engine.ts";
import type { Tensors } from "../tensor/tensor.ts";
import { tooLate } from "./admission.ts";
import { Alarm } from "./alarm.ts";
import type { Clock } from "./clock.ts";
import { FairQueues } from "./fair-queues.ts";
import type { Job } from "./job.ts";
import { LaneUse, type Run } from "./lane-use.ts";
import type { ModelQueue } from "./model-queue.ts";

/** What a dispatcher is made of. */
export interface DispatcherOptions {
  readonly lanes: Lanes | undefined;
  readonly metrics: ServiceMetrics;
  readonly clock: Clock;
}

/** Requests that met others so long ago say nothing about those to come. */
const CROWD_MS = 1_000;

/**
 * Begins runs on lanes that are idle, fairly between the models that have something to run.
 *
 * A lone request begins at once. Where requests meet, runs begin when the turn of the event loop is over, so that all
 * that were read in it are known.
 */
export class Dispatcher {
  readonly queues: FairQueues = new FairQueues();
  readonly #metrics: ServiceMetrics;
  readonly #clock: Clock;
  readonly #lanes: Lanes | undefined;
  readonly #use: LaneUse;
  readonly #alarm: Alarm;
  readonly #stopWatching: (() => void) | undefined;
  #isTurnAwaited = false;
  #metAtMs = Number.NEGATIVE_INFINITY;

  constructor({ lanes, metrics, clock }: DispatcherOptions) {
    this.#metrics = metrics;
    this.#clock = clock;
    this.#lanes = lanes;
    this.#use = new LaneUse(lanes, clock);
    this.#alarm = new Alarm(clock, () => this.#dispatch());
    this.#stopWatching = lanes?.onChange(() => this.#lanesChanged());
  }

  /** Why nothing can run for the time being. */
  get failure(): InferenceError | undefined {
    return this.#lanes?.count === 0 ? this.#lanes.failure : undefined;
  }

  /** Puts a job that has just arrived into its queue, and begins it where it need not wait. */
  enter(job: Job): void {
    const nowMs = job.arrivedAtMs;
    this.queues.enter(job);
    if (this.#use.idle === 0) this.#metAtMs = nowMs;
    else if (nowMs - this.#metAtMs > CROWD_MS) this.#dispatch();
    else this.#dispatchAfterTurn();
    if (job.hasBegun) return;
    job.leaveWhenAborted(() => this.#setAlarm(this.#clock.now()));
    this.#alarm.set(job.latestStartMs, nowMs);
  }

  /** How long a job that joins a queue now will wait, as far as earlier runs tell. */
  waitMs(queue: ModelQueue, nowMs: number): number {
    return this.#use.waitMs(this.queues.laneMsBefore(queue), nowMs);
  }

  stop(): void {
    this.#stopWatching?.();
  }

  #dispatchAfterTurn(): void {
    if (this.#isTurnAwaited) return;
    this.#isTurnAwaited = true;
    this.#clock.afterTurn(() => {
      this.#isTurnAwaited = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    const nowMs = this.#clock.now();
    this.#refuseLate(nowMs);
    while (this.#use.idle > 0) {
      const queue = this.queues.next();
      const job = queue?.take();
      if (queue === undefined || job === undefined) break;
      this.#begin(queue, job, nowMs);
    }
    this.#setAlarm(nowMs);
  }

  #setAlarm(nowMs: number): void {
    this.#alarm.set(this.queues.firstLateAtMs, nowMs);
  }

  #begin(queue: ModelQueue, job: Job, nowMs: number): void {
    const run = this.#use.begin(queue, nowMs);
    this.queues.charge(queue, run.expectedMs);
    job.begin();
    this.#metrics.queueDuration.observe(queue.labels, (nowMs - job.arrivedAtMs) / 1_000);
    runAlone(job).then(
      (outputs) => this.#end(run, () => job.succeed(outputs)),
      (error: unknown) => this.#end(run, () => job.fail(error)),
    );
  }

  /** The lane goes on with its next run before time is spent on answers. */
  #end(run: Run, settle: () => void): void {
    const durationMs = this.#clock.now() - run.startMs;
    run.queue.estimate.ran(durationMs, 1);
    this.queues.correct(run.queue, run.expectedMs, durationMs);
    this.#use.end(run, () => this.#dispatch());
    settle();
  }

  #refuseLate(nowMs: number): void {
    for (const queue of this.queues.all()) {
      const late = queue.takeLate(nowMs);
      if (late.length === 0) continue;
      const waitMs = this.waitMs(queue, nowMs);
      for (const job of late) job.fail(tooLate(queue.model, waitMs));
    }
  }

  #lanesChanged(): void {
    const failure = this.failure;
    if (failure !== undefined) {
      for (const queue of this.queues.all()) {
        for (const job of queue.takeAll()) job.fail(failure);
      }
    }
    this.#dispatch();
  }
}

/** A function of its own, so that whatever a session throws is a rejection. */
async function runAlone({ target, inputs, options }: Job): Promise<Tensors> {
  return target.session.run(inputs, options);
}
