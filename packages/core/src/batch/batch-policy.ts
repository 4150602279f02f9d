import { Arrivals } from "./arrivals.ts";
import { RunDurations, sizeOf } from "./run-durations.ts";

/** 64 rows: beyond it little is gained, and answers wait for each other. */
const LARGEST_SIZE = 6;
/** By how much a larger batch must be faster per row than a smaller one. */
const WORTHWHILE_GAIN = 1.05;
/** A size that did not pay is tried again when runs have taken this many times as long: it costs less than 1 %. */
const RUNS_BETWEEN_LOOKS = 100;

/** Bytes of inputs beyond which no more requests are joined. */
export const MOST_BATCH_BYTES: number = 16 * 2 ** 20;

/** What waits and what runs of one kind of requests, at the moment of a decision. */
export interface BatchSituation {
  /** Rows of the requests that wait and could be joined. */
  readonly waitingRows: number;
  /** Rows in runs that are under way. */
  readonly runningRows: number;
  /** How many runs can go on at once. */
  readonly lanes: number;
}

/** The same, for a lane that is free and could go on being held for requests still to come. */
export interface HoldSituation extends BatchSituation {
  /** How long the lane has been held for those that wait. */
  readonly heldMs: number;
  readonly nowMs: number;
}

/**
 * Decides for requests with one key how many rows to take into a run, and whether to wait for more.
 *
 * It learns how long runs take by their rows and in which rhythm requests arrive. Larger batches are tried step by step
 * as the queue offers them, and kept only where they are faster per row. Time comes in as an argument throughout, in
 * milliseconds of any one clock.
 */
export class BatchPolicy {
  readonly #durations = new RunDurations();
  readonly #arrivals = new Arrivals();
  #bestSize = 0;

  /** A request has come into the queue. */
  arrived(rows: number, nowMs: number): void {
    this.#arrivals.arrived(rows, nowMs);
  }

  /** Requests have been given their answers, whichever run these came from. */
  answered(rows: number, nowMs: number): void {
    this.#arrivals.answered(rows, nowMs);
  }

  /** A run that succeeded has been measured. */
  measured(rows: number, durationMs: number): void {
    this.#durations.measured(rows, durationMs);
    this.#bestSize = this.#findBestSize();
  }

  /** Whether joining is known to be faster. */
  get pays(): boolean {
    return this.#bestSize > 0;
  }

  /** Expected milliseconds of a run; absent before the first. */
  estimateMs(rows: number): number | undefined {
    return this.#durations.estimateMs(rows);
  }

  /** How many of the waiting rows to take into the next run, at least 1: requests are taken while they fit, one at least. */
  rowsFor(situation: BatchSituation): number {
    const { waitingRows } = situation;
    const share = shareOf(waitingRows, situation);
    return Math.max(1, Math.min(waitingRows, this.#limit(Math.min(waitingRows, share))));
  }

  /**
   * How much longer to hold a free lane for requests still to come: 0 to run what waits now. Ask again when the time has
   * passed or something has arrived.
   *
   * A lane is held while more rows are done per time with those that are expected than without them, never longer than
   * the run itself would take, and never for a lone client.
   */
  waitMs(situation: HoldSituation): number {
    const { waitingRows, heldMs, nowMs } = situation;
    const awaitedRows = this.#arrivals.awaitedRows;
    const share = shareOf(waitingRows + awaitedRows, situation);
    const wantedRows = Math.min(2 ** this.#bestSize, share) - waitingRows;
    if (waitingRows < 1 || wantedRows < 1 || awaitedRows < 1) return 0;
    const runMs = this.#durations.estimateMs(waitingRows) ?? 0;
    const worthMs = Math.max(
      this.#worthMs(waitingRows, 1),
      this.#worthMs(waitingRows, Math.min(wantedRows, awaitedRows)),
    );
    const waitMs = Math.min(worthMs, runMs - heldMs, this.#arrivals.patienceMs(nowMs));
    if (waitMs > 0) return waitMs;
    this.#arrivals.gaveUp();
    return 0;
  }

  /** How long to wait at most for so many more rows; 0 where they are not expected in time. */
  #worthMs(waitingRows: number, moreRows: number): number {
    const runMs = this.#durations.estimateMs(waitingRows) ?? 0;
    const rows = waitingRows + moreRows;
    const worthMs = (runMs * rows) / waitingRows - (this.#durations.estimateMs(rows) ?? 0);
    return this.#arrivals.meanGapMs * moreRows < worthMs ? worthMs : 0;
  }

  /** The most rows for a run, of those offered: the best size, or a larger one that is to be tried. */
  #limit(offeredRows: number): number {
    const bestRows = 2 ** this.#bestSize;
    if (offeredRows <= bestRows) return offeredRows;
    const largest = Math.min(this.#bestSize + 2, LARGEST_SIZE, sizeOf(offeredRows));
    for (let size = this.#bestSize + 1; size <= largest; size++) {
      const isUnknown = this.#durations.throughput(size) === undefined;
      if (isUnknown || this.#durations.staleness(size) >= RUNS_BETWEEN_LOOKS) return Math.min(offeredRows, 2 ** size);
    }
    return bestRows;
  }

  #findBestSize(): number {
    let best = 0;
    let bestThroughput = 0;
    for (let size = 0; size <= LARGEST_SIZE; size++) {
      const throughput = this.#durations.throughput(size) ?? 0;
      if (throughput < WORTHWHILE_GAIN * bestThroughput || throughput === 0) continue;
      best = size;
      bestThroughput = throughput;
    }
    return best;
  }
}

/** What falls to one lane, so that one does not take all and leave the others to single requests. */
function shareOf(rows: number, { runningRows, lanes }: BatchSituation): number {
  return Math.ceil((rows + runningRows) / Math.max(lanes, 1));
}
