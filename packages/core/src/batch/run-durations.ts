/** How fast estimates follow what is measured. */
const WEIGHT = 0.3;
/** How much of a change is taken for the machine's, which runs of every size feel. */
const SHARED = 0.7;
/** No single run, held up by whatever else the machine did, counts for a larger change than this factor. */
const LARGEST_CHANGE = 2;
/** The first run of a size sets memory up, and one more may have been held up. */
const RUNS_UNTIL_KNOWN = 3;

interface Measured {
  rows: number;
  durationMs: number;
  runs: number;
  lastAtMs: number;
}

/** The size that a number of rows belongs to: 1, 2, 3 to 4, 5 to 8, and so on. */
export function sizeOf(rows: number): number {
  return Math.ceil(Math.log2(Math.max(rows, 1)));
}

/** How long runs of one model take by their rows, learnt from those that were measured. */
export class RunDurations {
  /** By size, so in the order of their rows. */
  readonly #sizes: (Measured | undefined)[] = [];
  #spentMs = 0;

  measured(rows: number, durationMs: number): void {
    this.#spentMs += durationMs;
    const size = sizeOf(rows);
    const known = this.#sizes[size];
    if (known === undefined) {
      this.#sizes[size] = { rows, durationMs, runs: 1, lastAtMs: this.#spentMs };
    } else {
      if (known.runs === 1) Object.assign(known, { rows, durationMs: Math.min(durationMs, known.durationMs) });
      else this.#follow(known, rows, durationMs);
      known.runs += 1;
      known.lastAtMs = this.#spentMs;
    }
  }

  /** Expected milliseconds of a run; absent before the first. */
  estimateMs(rows: number): number | undefined {
    const known = this.#sizes.filter((size) => size !== undefined);
    const above = known.find((size) => size.rows >= rows);
    const below = known.findLast((size) => size.rows < rows);
    if (above === undefined) return below && (below.durationMs * rows) / below.rows;
    if (below === undefined) return above.durationMs;
    const part = (rows - below.rows) / (above.rows - below.rows);
    return below.durationMs + part * (above.durationMs - below.durationMs);
  }

  /** Rows per millisecond in runs of one size; absent before several have been measured. */
  throughput(size: number): number | undefined {
    const known = this.#sizes[size];
    return known !== undefined && known.runs >= RUNS_UNTIL_KNOWN ? known.rows / known.durationMs : undefined;
  }

  /** How much run time has gone by since a run of that size, in units of such a run. */
  staleness(size: number): number {
    const known = this.#sizes[size];
    return known === undefined ? Number.POSITIVE_INFINITY : (this.#spentMs - known.lastAtMs) / known.durationMs;
  }

  #follow(known: Measured, rows: number, durationMs: number): void {
    const expectedMs = this.estimateMs(rows) ?? durationMs;
    const limit = Math.log(LARGEST_CHANGE);
    const change = Math.min(Math.max(Math.log(durationMs / expectedMs), -limit), limit);
    const nextRows = known.rows + WEIGHT * (rows - known.rows);
    const nextMs = (this.estimateMs(nextRows) ?? durationMs) * Math.exp(WEIGHT * change);
    for (const size of this.#sizes) if (size !== undefined) size.durationMs *= Math.exp(WEIGHT * SHARED * change);
    Object.assign(known, { rows: nextRows, durationMs: nextMs });
  }
}
