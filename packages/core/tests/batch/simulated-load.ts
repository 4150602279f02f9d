import { BatchPolicy } from "../../src/batch/batch-policy.ts";

/** How a model's run time depends on its rows: that of one row, and how much faster per row 8 and 32 are. */
export interface SimulatedModel {
  readonly oneRowMs: number;
  readonly gainOf8: number;
  readonly gainOf32: number;
}

export interface SimulatedLoad {
  readonly model: SimulatedModel;
  readonly lanes: number;
  readonly batching: boolean;
  /** Clients that ask again when answered, or requests per second that come regardless. */
  readonly clients?: number;
  readonly requestsPerSecond?: number;
  readonly requests: number;
  /** How much slower everything is at a moment, as beside a noisy neighbour. */
  readonly slowdown?: (nowMs: number, rows: number) => number;
  /** How many of the first answers are left out of the result: those it is learnt from. */
  readonly warmUp?: number;
  readonly seed?: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly meanMs: number;
  readonly p99Ms: number;
  /** Rows of each run in order. */
  readonly runs: readonly { readonly rows: number; readonly atMs: number }[];
  /** How long lanes were held for requests still to come, in all. */
  readonly heldMs: number;
}

/** What the thread that parses requests and writes answers spends on each. */
const PARSE_MS = 0.06;
const TURNAROUND_MS = 0.3;
const NOISE = 0.08;

/** Expected milliseconds of a run, on straight lines between what was measured. */
function runMs({ oneRowMs, gainOf8, gainOf32 }: SimulatedModel, rows: number): number {
  const of8 = (8 * oneRowMs) / gainOf8;
  const of32 = (32 * oneRowMs) / gainOf32;
  return rows <= 8 ? oneRowMs + ((rows - 1) / 7) * (of8 - oneRowMs) : of8 + ((rows - 8) / 24) * (of32 - of8);
}

/** Plays a load against one model in simulated time: a queue in order of arrival, and lanes that each run one batch. */
export function simulate(load: SimulatedLoad): LoadResult {
  return new Simulation(load).play();
}

interface Batch {
  readonly arrivals: readonly number[];
}

class Simulation {
  readonly #load: SimulatedLoad;
  readonly #policy = new BatchPolicy();
  readonly #events: { readonly atMs: number; readonly happen: () => void }[] = [];
  readonly #queue: number[] = [];
  readonly #latencies: number[] = [];
  readonly #runs: { rows: number; atMs: number }[] = [];
  /** Apart, so that batched and unbatched meet the same arrivals. */
  readonly #clientRandom: () => number;
  readonly #runRandom: () => number;
  #nowMs = 0;
  #parserFreeMs = 0;
  #sent = 0;
  #runningRows = 0;
  #idleLanes: number;
  #heldSinceMs: number | undefined;
  #heldMs = 0;
  #warmMs = 0;

  constructor(load: SimulatedLoad) {
    this.#load = load;
    this.#idleLanes = load.lanes;
    this.#clientRandom = randomNumbers(load.seed ?? 1);
    this.#runRandom = randomNumbers((load.seed ?? 1) + 1000);
  }

  play(): LoadResult {
    const { clients, requestsPerSecond } = this.#load;
    for (let client = 0; client < (clients ?? 0); client++)
      this.#sendAfter(exponential(TURNAROUND_MS, this.#clientRandom));
    if (requestsPerSecond !== undefined) this.#sendForever(1000 / requestsPerSecond);
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      this.#nowMs = event.atMs;
      event.happen();
    }
    const sorted = this.#latencies.slice(this.#load.warmUp ?? 0).toSorted((one, other) => one - other);
    return {
      requestsPerSecond: (1000 * sorted.length) / (this.#nowMs - this.#warmMs),
      meanMs: sorted.reduce((sum, each) => sum + each, 0) / sorted.length,
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
      runs: this.#runs,
      heldMs: this.#heldMs,
    };
  }

  #sendForever(meanGapMs: number): void {
    this.#sendAfter(0);
    if (this.#sent < this.#load.requests)
      this.#at(exponential(meanGapMs, this.#clientRandom), () => this.#sendForever(meanGapMs));
  }

  #sendAfter(delayMs: number): void {
    if (this.#sent >= this.#load.requests) return;
    this.#sent += 1;
    this.#at(delayMs, () => {
      const sentMs = this.#nowMs;
      this.#parserFreeMs = Math.max(this.#parserFreeMs, this.#nowMs) + PARSE_MS;
      this.#at(this.#parserFreeMs - this.#nowMs, () => this.#arrive(sentMs));
    });
  }

  #arrive(sentMs: number): void {
    this.#queue.push(sentMs);
    this.#policy.arrived(1, this.#nowMs);
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#idleLanes > 0 && this.#queue.length > 0) {
      const situation = {
        waitingRows: this.#queue.length,
        runningRows: this.#runningRows,
        lanes: this.#load.lanes,
      };
      if (this.#load.batching) {
        this.#heldSinceMs ??= this.#nowMs;
        const waitMs = this.#policy.waitMs({
          ...situation,
          heldMs: this.#nowMs - this.#heldSinceMs,
          nowMs: this.#nowMs,
        });
        if (waitMs > 0) {
          this.#at(waitMs, () => this.#dispatch());
          return;
        }
        this.#heldMs += this.#nowMs - this.#heldSinceMs;
        this.#heldSinceMs = undefined;
      }
      this.#start({ arrivals: this.#queue.splice(0, this.#load.batching ? this.#policy.rowsFor(situation) : 1) });
    }
  }

  #start({ arrivals }: Batch): void {
    const rows = arrivals.length;
    this.#idleLanes -= 1;
    this.#runningRows += rows;
    this.#runs.push({ rows, atMs: this.#nowMs });
    const noise = Math.exp(NOISE * gaussian(this.#runRandom));
    const durationMs = runMs(this.#load.model, rows) * noise * (this.#load.slowdown?.(this.#nowMs, rows) ?? 1);
    this.#at(durationMs, () => {
      this.#idleLanes += 1;
      this.#runningRows -= rows;
      this.#policy.measured(rows, durationMs);
      this.#policy.answered(rows, this.#nowMs);
      for (const sentMs of arrivals) {
        this.#latencies.push(this.#nowMs - sentMs);
        if (this.#latencies.length === this.#load.warmUp) this.#warmMs = this.#nowMs;
        if (this.#load.clients !== undefined) this.#sendAfter(exponential(TURNAROUND_MS, this.#clientRandom));
      }
      this.#dispatch();
    });
  }

  #at(delayMs: number, happen: () => void): void {
    const atMs = this.#nowMs + delayMs;
    const later = this.#events.findIndex((event) => event.atMs > atMs);
    this.#events.splice(later < 0 ? this.#events.length : later, 0, { atMs, happen });
  }
}

function exponential(mean: number, random: () => number): number {
  return -mean * Math.log(1 - random());
}

function gaussian(random: () => number): number {
  return Math.sqrt(exponential(2, random)) * Math.cos(2 * Math.PI * random());
}

/** Numbers between 0 and 1 that are the same at each run: a linear congruential generator. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
