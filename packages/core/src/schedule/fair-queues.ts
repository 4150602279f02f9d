import type { Job } from "./job.ts";
import { ModelQueue } from "./model-queue.ts";

/**
 * The queues of all models, and whose turn it is: start-time fair queueing by lane time, so that no model waits for more
 * than one run of each other model beside its own, however many requests those have.
 *
 * Source: Goyal, Vin, Cheng: "Start-time Fair Queueing", 1996.
 */
export class FairQueues {
  readonly #queues = new Map<string, ModelQueue>();
  /** Start tag of the run that began last: a model that comes back is owed nothing for the time it was away. */
  #virtualTimeMs = 0;

  of(model: string): ModelQueue {
    let queue = this.#queues.get(model);
    if (queue === undefined) {
      queue = new ModelQueue(model);
      this.#queues.set(model, queue);
    }
    return queue;
  }

  find(model: string): ModelQueue | undefined {
    return this.#queues.get(model);
  }

  all(): Iterable<ModelQueue> {
    return this.#queues.values();
  }

  /** When something must be done that nobody will call for: a job will be too late, or has waited enough for others. */
  nextAlarmMs(nowMs: number): number {
    let alarmMs = Number.POSITIVE_INFINITY;
    for (const { length, firstLateAtMs, heldUntilMs } of this.#queues.values()) {
      alarmMs = Math.min(alarmMs, firstLateAtMs);
      if (length > 0 && heldUntilMs > nowMs) alarmMs = Math.min(alarmMs, heldUntilMs);
    }
    return alarmMs;
  }

  /** Enters jobs into a queue, behind the others or `before` them. */
  enter(queue: ModelQueue, jobs: readonly Job[], before = false): void {
    if (queue.length === 0) queue.startTag = Math.max(queue.startTag, this.#virtualTimeMs);
    queue.push(jobs, before);
  }

  /** The queue whose turn it is, of those that have something to run now and room for it. */
  next(nowMs: number, hasRoom: (queue: ModelQueue) => boolean): ModelQueue | undefined {
    let next: ModelQueue | undefined;
    for (const queue of this.#queues.values()) {
      if (queue.length === 0 || queue.heldUntilMs > nowMs || !hasRoom(queue)) continue;
      if (next === undefined || queue.startTag < next.startTag) next = queue;
    }
    return next;
  }

  /** Charges a model for a run that begins, by what it will probably take; `correct` does the rest when it has ended. */
  charge(queue: ModelQueue, expectedMs: number): void {
    this.#virtualTimeMs = Math.max(this.#virtualTimeMs, queue.startTag);
    queue.startTag += expectedMs;
  }

  correct(queue: ModelQueue, expectedMs: number, durationMs: number): void {
    queue.startTag += durationMs - expectedMs;
  }

  /** Lane time that goes before a job that joins a queue now: of each other model no more than of its own. */
  laneMsBefore(queue: ModelQueue): number {
    const ownMs = queue.laneMs + queue.estimate.jobMs;
    let beforeMs = queue.laneMs;
    for (const other of this.#queues.values()) {
      if (other !== queue) beforeMs += Math.min(other.laneMs, ownMs);
    }
    return beforeMs;
  }
}
