import { type InferenceError, runCancelled } from "../errors.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { Lanes } from "../session/engine.ts";
import { tooLate } from "./admission.ts";
import { Alarm } from "./alarm.ts";
import { type Batch, sumOfRows } from "./batch.ts";
import type { Clock } from "./clock.ts";
import { FairQueues } from "./fair-queues.ts";
import type { Job } from "./job.ts";
import { LaneUse, type Run } from "./lane-use.ts";
import type { ModelQueue } from "./model-queue.ts";
import { takeBatch } from "./next-batch.ts";
import { type BatchEnd, runBatch } from "./run-batch.ts";

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
 * A lone request begins at once. Where requests meet that could be joined, runs begin when the turn of the event loop is
 * over, so that all that were read in it are known.
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
  enter(queue: ModelQueue, job: Job): void {
    const nowMs = job.arrivedAtMs;
    job.share?.policy.arrived(job.share.rows, nowMs);
    this.queues.enter(queue, [job]);
    const mayBeJoined = job.share !== undefined || this.#use.isBlocking;
    const hasRoom = this.#use.hasRoom(queue);
    if (!hasRoom || queue.length > 1) this.#metAtMs = nowMs;
    if (hasRoom) {
      if (mayBeJoined && nowMs - this.#metAtMs < CROWD_MS) this.#dispatchAfterTurn();
      else this.#dispatch();
    }
    if (job.isWaiting) this.#wait(queue, job, nowMs);
  }

  /** How long a job that joins a queue now will wait, as far as earlier runs tell. */
  waitMs(queue: ModelQueue, nowMs: number): number {
    return this.#use.waitMs(this.queues.laneMsBefore(queue), nowMs);
  }

  stop(): void {
    this.#stopWatching?.();
  }

  #wait(queue: ModelQueue, job: Job, nowMs: number): void {
    job.wait(() => {
      if (!queue.remove(job)) return;
      job.fail(runCancelled());
      this.#setAlarm(this.#clock.now());
    });
    this.#setAlarm(nowMs);
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
    for (const queue of this.queues.all()) {
      this.#refuseLate(queue, nowMs);
      queue.reconsider();
    }
    for (;;) {
      const queue = this.queues.next(nowMs, (each) => this.#use.hasRoom(each));
      if (queue?.head === undefined) break;
      const batch = takeBatch(queue, queue.head, this.#use, nowMs);
      if (batch !== undefined) this.#begin(queue, batch, nowMs);
    }
    this.#setAlarm(nowMs);
  }

  #setAlarm(nowMs: number): void {
    this.#alarm.set(this.queues.nextAlarmMs(nowMs), nowMs);
  }

  #begin(queue: ModelQueue, batch: Batch, nowMs: number): void {
    const run = this.#use.begin(queue, batch, nowMs);
    this.queues.charge(queue, run.expectedMs);
    for (const job of batch.jobs) {
      if (job.begin()) this.#metrics.queueDuration.observe(queue.labels, (nowMs - job.arrivedAtMs) / 1_000);
    }
    const rows = sumOfRows(batch.jobs);
    if (batch.kind !== "compared" && rows > 0) this.#metrics.batchRows.observe(queue.labels, rows);
    const ending = runBatch(batch, this.#clock);
    queue.runsHere = batch.jobs[0]?.target.runsHere ?? false;
    if (queue.runsHere) this.#use.noteHere(run);
    void ending.then((end) => this.#end(run, end));
  }

  /** The lane goes on with its next run before time is spent on answers. */
  #end(run: Run, { settle, again, isMeasure }: BatchEnd): void {
    const { queue, batch } = run;
    const nowMs = this.#clock.now();
    const durationMs = nowMs - run.startMs;
    if (isMeasure) queue.estimate.ran(durationMs, batch.jobs.length);
    this.queues.correct(queue, run.expectedMs, durationMs);
    if (again.length > 0) this.#putBack(queue, again, nowMs);
    else if (batch.kind !== "compared") batch.jobs[0]?.share?.policy.answered(sumOfRows(batch.jobs), nowMs);
    this.#use.end(run, () => this.#dispatch());
    settle();
  }

  #putBack(queue: ModelQueue, jobs: readonly Job[], nowMs: number): void {
    const waiting = jobs.filter(({ options }) => !options.signal?.aborted);
    for (const job of jobs) if (!waiting.includes(job)) job.fail(runCancelled());
    this.queues.enter(queue, waiting, true);
    for (const job of waiting) this.#wait(queue, job, nowMs);
  }

  #refuseLate(queue: ModelQueue, nowMs: number): void {
    const late = queue.takeLate(nowMs);
    if (late.length === 0) return;
    const waitMs = this.waitMs(queue, nowMs);
    for (const job of late) job.fail(tooLate(queue.model, waitMs));
  }

  #lanesChanged(): void {
    const { failure } = this;
    if (failure !== undefined) {
      for (const queue of this.queues.all()) {
        for (const job of queue.takeAll()) job.fail(failure);
      }
    }
    this.#dispatch();
  }
}
