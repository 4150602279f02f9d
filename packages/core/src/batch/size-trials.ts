/** Each trial that changes nothing doubles the time to the next of that size, this many times at most. */
const MOST_DOUBLINGS = 6;

interface Trial {
  atRows: number;
  count: number;
}

/** When sizes of batches were last tried, and when to try them again; time counts by the rows run in all. */
export class SizeTrials {
  readonly #trials: (Trial | undefined)[] = [];

  /** Whether rows enough have been run since the last trial, or there has been none. */
  isDue(size: number, totalRows: number, pauseRows: number): boolean {
    const trial = this.#trials[size];
    if (trial === undefined) return true;
    return totalRows - trial.atRows >= pauseRows * 2 ** Math.min(trial.count, MOST_DOUBLINGS);
  }

  tried(size: number, totalRows: number): void {
    const count = (this.#trials[size]?.count ?? -1) + 1;
    this.#trials[size] = { atRows: totalRows, count };
  }

  /** The last trial of a size is not enough. */
  repeat(size: number): void {
    delete this.#trials[size];
  }

  /** No pause is longer than the first. */
  hasten(): void {
    for (const trial of this.#trials) if (trial !== undefined) trial.count = 0;
  }
}
