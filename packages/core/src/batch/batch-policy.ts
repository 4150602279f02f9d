import { Arrivals } from "./arrivals.ts";
import { RunDurations, sizeOf } from "./run-durations.ts";
import { SizeTrials } from "./size-trials.ts";

/** 64 rows: beyond it little is gained, and answers wait for each other. */
const LARGEST_SIZE = 6;
/** By how much a larger batch must be faster per row than a smaller one: less is noise, and answers wait for each other. */
const WORTHWHILE_GAIN = 1.15;
/** After how many times its own rows a larger size is tried again: rarely, since answers wait for each other in it. */
const STALE_LARGER = 400;
/** After how many runs of the best size a smaller one is: it costs little; sooner, by its own rows, where in doubt. */
const STALE_SMALLER = 100;
const STALE_DOUBTFUL = 50;
const DOUBTFUL_GAIN = 1.5;
/** A best size that is slower than expected by this factor, or another that is faster, may mean that it is best no more. */
const SURPRISE = 1.5;
/** By how much the gain from waiting must exceed the wait. */
const WORTHWHILE_WAIT = 2;
/** What part of a run's time a size might save that is to be tried. */
const HOPE = 0.2;

/** Below it, asking again costs more than the run is delayed. */
const SHORTEST_WAIT_MS = 0.01;

/**
 * Bytes of inputs, or of outputs, beyond which no more requests are joined: a request of many bytes is work enough for a run
 * of its own, and the runtime keeps the memory of the largest run that it has had, some twelve times its inputs on images. With
 * 4 MiB a MobileNet answered 1 to 2 % more images a second, in 130 MB more; a transformer of 196 kB of embeddings a request
 * answered no more in batches of 16 than in batches of 4, in 80 MB more.
 */
export const MOST_BATCH_BYTES: number = 2 ** 20;

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
  readonly #trials = new SizeTrials();
  #bestSize = 0;
  #largestSize = LARGEST_SIZE;

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
    const expectedMs = this.#durations.estimateMs(rows) ?? durationMs;
    const size = sizeOf(rows);
    const isBest = size === this.#bestSize;
    this.#durations.measured(rows, durationMs, isBest);
    if (isBest && durationMs > SURPRISE * expectedMs) this.#doubt([]);
    if (!isBest && SURPRISE * durationMs < expectedMs) this.#doubt([size]);
    const best = this.#findBestSize();
    if (best !== this.#bestSize) this.#doubt([best + 1, best + 2]);
    this.#bestSize = best;
  }

  /** What a run that succeeded has given. */
  gave(rows: number, outputBytes: number): void {
    if (outputBytes === 0) return;
    const mostRows = MOST_BATCH_BYTES / (outputBytes / rows);
    this.#largestSize = Math.max(0, Math.min(Math.floor(Math.log2(mostRows)), LARGEST_SIZE));
  }

  /** Whether clients were answered that have not come back. */
  get expectsMore(): boolean {
    return this.#arrivals.awaitedRows > 0;
  }

  /** Expected milliseconds of a run; absent before the first. */
  estimateMs(rows: number): number | undefined {
    return this.#durations.estimateMs(rows);
  }

  /** How many of the waiting rows to take into the next run, at least 1: requests are taken while they fit, one at least. */
  rowsFor(situation: BatchSituation): number {
    const { waitingRows } = situation;
    const offeredRows = Math.min(waitingRows, shareOf(waitingRows, situation));
    const upwards = this.#upwards(offeredRows);
    const size = upwards > this.#bestSize ? upwards : (this.#downwards(offeredRows) ?? this.#bestSize);
    if (size !== this.#bestSize) this.#trials.tried(size, this.#durations.totalRows);
    return Math.max(1, rowsOf(size, offeredRows));
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
    const size = this.#upwards(share);
    const wantedRows = rowsOf(size, share) - waitingRows;
    // Every run has a row at least: with fewer there is another free lane for whoever comes next.
    const isLastLane = situation.runningRows >= situation.lanes - 1;
    if (waitingRows < 1 || wantedRows < 1 || awaitedRows < 1 || !isLastLane) return 0;
    const worthMs =
      size > this.#bestSize
        ? this.#trialWorthMs(waitingRows, wantedRows)
        : Math.max(this.#worthMs(waitingRows, 1), this.#worthMs(waitingRows, Math.min(wantedRows, awaitedRows)));
    const runMs = this.#durations.estimateMs(waitingRows) ?? 0;
    const waitMs = Math.min(worthMs, runMs - heldMs, this.#arrivals.patienceMs(nowMs));
    if (waitMs >= SHORTEST_WAIT_MS) return waitMs;
    this.#arrivals.gaveUp();
    // Else every free lane would be held for a size that never comes together.
    if (size > this.#bestSize) this.#trials.tried(size, this.#durations.totalRows);
    return 0;
  }

  /** How long to wait at most for so many more rows; 0 where they are not expected well within that time. */
  #worthMs(waitingRows: number, moreRows: number): number {
    const rows = waitingRows + moreRows;
    const separateMs = ((this.#durations.estimateMs(waitingRows) ?? 0) * rows) / waitingRows;
    const worthMs = separateMs - (this.#durations.estimateMs(rows) ?? separateMs);
    return WORTHWHILE_WAIT * this.#arrivals.meanGapMs * moreRows < worthMs ? worthMs : 0;
  }

  /** The same for rows that make up a size which is to be tried. */
  #trialWorthMs(waitingRows: number, moreRows: number): number {
    const worthMs = HOPE * (this.#durations.estimateMs(waitingRows) ?? 0);
    return this.#arrivals.meanGapMs * moreRows < worthMs ? worthMs : 0;
  }

  /** The best size, or a larger one that is to be tried and that so many rows would fill. */
  #upwards(offeredRows: number): number {
    const largest = Math.min(this.#bestSize + 2, sizeOf(offeredRows), this.#largestSize);
    for (let size = this.#bestSize + 1; size <= largest; size++)
      if (this.#isToTry(size, STALE_LARGER * 2 ** size)) return size;
    return this.#bestSize;
  }

  /** A smaller size that is to be tried: soon where it seemed hardly slower when it was last measured. */
  #downwards(offeredRows: number): number | undefined {
    const fastEnough = (this.#durations.throughput(this.#bestSize) ?? 0) / DOUBTFUL_GAIN;
    for (let size = 0; size < Math.min(this.#bestSize, sizeOf(offeredRows)); size++) {
      const isDoubtful = (this.#durations.throughput(size) ?? Number.POSITIVE_INFINITY) > fastEnough;
      const pauseRows = isDoubtful ? STALE_DOUBTFUL * 2 ** size : STALE_SMALLER * 2 ** this.#bestSize;
      if (this.#isToTry(size, pauseRows)) return size;
    }
    return undefined;
  }

  #isToTry(size: number, pauseRows: number): boolean {
    const isUnknown = this.#durations.throughput(size) === undefined;
    return this.#trials.isDue(size, this.#durations.totalRows, isUnknown ? 2 ** size : pauseRows);
  }

  /** Things have changed: some sizes are tried at once, the others soon. */
  #doubt(sizes: readonly number[]): void {
    this.#trials.hasten();
    for (const size of sizes) this.#trials.repeat(size);
  }

  #findBestSize(): number {
    let best = 0;
    let bestThroughput = 0;
    for (let size = 0; size <= this.#largestSize; size++) {
      const throughput = this.#durations.throughput(size) ?? 0;
      if (throughput < WORTHWHILE_GAIN * bestThroughput || throughput === 0) continue;
      best = size;
      bestThroughput = throughput;
    }
    return best;
  }
}

/** As many of the rows on offer as make a run of that size: a few more than its power of two, if none are left then. */
function rowsOf(size: number, offeredRows: number): number {
  return size < LARGEST_SIZE && sizeOf(offeredRows) <= size ? offeredRows : Math.min(offeredRows, 2 ** size);
}

/** What falls to one lane, so that one does not take all and leave the others to single requests. */
function shareOf(rows: number, { runningRows, lanes }: BatchSituation): number {
  return Math.ceil((rows + runningRows) / Math.max(lanes, 1));
}
