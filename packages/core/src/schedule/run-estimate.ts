/** Weight of the newest run. */
const GAIN = 0.1;
/** The first run of a model reads its weights and says little of those after it: so many runs replace what is known. */
const REPLACING_RUNS = 2;
/** A run that was held up by something else may count as this many times a usual one. */
const MOST_TIMES_USUAL = 8;

/** How long the runs of a model take of late; all 0 until the first has ended. */
export class RunEstimate {
  #runMs = 0;
  #jobMs = 0;
  #runs = 0;

  /** One run, however many requests share it. */
  get runMs(): number {
    return this.#runMs;
  }

  /** A request's share of its run. */
  get jobMs(): number {
    return this.#jobMs;
  }

  ran(durationMs: number, jobs: number): void {
    this.#runs += 1;
    this.#runMs = this.#next(this.#runMs, durationMs);
    this.#jobMs = this.#next(this.#jobMs, durationMs / jobs);
  }

  #next(usualMs: number, latestMs: number): number {
    if (this.#runs <= REPLACING_RUNS) return latestMs;
    return usualMs + GAIN * (Math.min(latestMs, MOST_TIMES_USUAL * usualMs) - usualMs);
  }
}
