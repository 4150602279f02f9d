import { Bag } from "../bag.ts";
import type { Lanes } from "../session/engine.ts";
import { type Batch, sumOfRows } from "./batch.ts";
import type { Clock } from "./clock.ts";
import type { ModelQueue } from "./model-queue.ts";
import type { BatchShare } from "./scheduled-model.ts";

/**
 * Runs that may be begun on the calling thread at once, where they cannot be joined: it carries them out one behind the
 * other, each a fraction of a millisecond, and goes through its event loop once for all of them.
 */
export const MOST_HERE = 16;

/** A run that goes on. */
export interface Run {
  readonly queue: ModelQueue;
  readonly batch: Batch;
  readonly startMs: number;
  readonly expectedMs: number;
}

/** Which lanes are taken, and for how long still. */
export class LaneUse {
  /** Whether runs block the calling thread, one at a time. */
  readonly isBlocking: boolean;
  readonly #lanes: Lanes | undefined;
  readonly #clock: Clock;
  readonly #runs = new Bag<Run>();
  /** Of the runs, those on the calling thread that take no lane. */
  readonly #here = new Bag<Run>();
  #isTurnEnding = false;

  constructor(lanes: Lanes | undefined, clock: Clock) {
    this.isBlocking = lanes === undefined;
    this.#lanes = lanes;
    this.#clock = clock;
  }

  get count(): number {
    return this.#lanes?.count ?? 1;
  }

  get idle(): number {
    return Math.max(0, this.count - (this.#runs.size - this.#here.size) - (this.#isTurnEnding ? 1 : 0));
  }

  /** Whether a run of the queue's first job may begin. */
  hasRoom(queue: ModelQueue): boolean {
    if (!queue.runsHere) return this.idle > 0;
    return this.count > 0 && this.#here.size < (queue.head?.share === undefined ? MOST_HERE : 1);
  }

  /** How many runs of a queue can go on at once. */
  countFor({ runsHere }: ModelQueue): number {
    return runsHere ? 1 : this.count;
  }

  /** Rows that are being run and could have been joined with a share. */
  runningRows({ policy }: BatchShare): number {
    let rows = 0;
    for (const { batch } of this.#runs) {
      if (batch.jobs[0]?.share?.policy === policy) rows += sumOfRows(batch.jobs);
    }
    return rows;
  }

  begin(queue: ModelQueue, batch: Batch, startMs: number): Run {
    const run = { queue, batch, startMs, expectedMs: queue.estimate.runMs };
    this.#runs.add(run);
    return run;
  }

  /** Takes note that a run takes no lane. */
  noteHere(run: Run): void {
    this.#here.add(run);
  }

  /**
   * Calls when the lane can be used again: at once, but where runs block the thread after what has come meanwhile was
   * read, so that it is known who else waits.
   */
  end(run: Run, freed: () => void): void {
    this.#runs.delete(run);
    this.#here.delete(run);
    if (!this.isBlocking) {
      freed();
      return;
    }
    this.#isTurnEnding = true;
    this.#clock.afterTurn(() => {
      this.#isTurnEnding = false;
      freed();
    });
  }

  /** How long after `beforeMs` of lane time a run would begin. */
  waitMs(beforeMs: number, nowMs: number): number {
    if (beforeMs === 0 && this.idle > 0) return 0;
    let remainingMs = beforeMs;
    for (const { startMs, expectedMs } of this.#runs) remainingMs += Math.max(0, startMs + expectedMs - nowMs);
    return remainingMs / Math.max(1, this.count);
  }
}
