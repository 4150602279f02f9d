/** How fast estimates follow what is measured. */
const WEIGHT = 0.2;
/** How much of a change is taken for the machine's, which runs of every size feel. */
const SHARED = 0.7;
/** No single run, held up by whatever else the machine did, counts for a larger change than this factor. */
const LARGEST_CHANGE = 2;
/** The first run of a size sets memory up and does not count. */
const RUNS_UNTIL_KNOWN = 4;

interface Run {
  readonly rows: number;
  readonly durationMs: number;
  readonly isUsual: boolean;
}

interface Measured {
  rows: number;
  durationMs: number;
  runs: number;
}

/** The size that a number of rows belongs to, as the exponent of the nearest power of two: 0, 1, 2 for 1, 2, 3 to 5. */
export function sizeOf(rows: number): number {
  return Math.round(Math.log2(Math.max(rows, 1)));
}

/** How long runs of one model take by their rows, learnt from those that were measured. */
export class RunDurations {
  /** By size, so in the order of their rows. */
  readonly #sizes: (Measured | undefined)[] = [];
  #totalRows = 0;

  /** Learns from a run; one of a usual size also tells how fast the machine is at present. */
  measured(rows: number, durationMs: number, isUsual: boolean): void {
    this.#totalRows += rows;
    const known = this.#sizes[sizeOf(rows)];
    if (known === undefined) {
      this.#sizes[sizeOf(rows)] = { rows, durationMs, runs: 1 };
      return;
    }
    if (known.runs === 1) Object.assign(known, { rows, durationMs });
    else this.#follow(known, { rows, durationMs, isUsual });
    known.runs += 1;
  }

  /** Expected milliseconds of a run, on straight lines between the sizes measured; absent before the first. */
  estimateMs(rows: number): number | undefined {
    let below: Measured | undefined;
    let above: Measured | undefined;
    for (const size of this.#sizes) {
      if (above !== undefined && above.rows >= rows) break;
      if (size === undefined) continue;
      below = above;
      above = size;
    }
    if (above === undefined) return undefined;
    if (below === undefined) return rows <= above.rows ? above.durationMs : (above.durationMs * rows) / above.rows;
    const slope = (above.durationMs - below.durationMs) / (above.rows - below.rows);
    return above.durationMs + Math.max(slope, 0) * (rows - above.rows);
  }

  /** Rows per millisecond in runs of one size; absent before several have been measured. */
  throughput(size: number): number | undefined {
    const known = this.#sizes[size];
    return known !== undefined && known.runs >= RUNS_UNTIL_KNOWN ? known.rows / known.durationMs : undefined;
  }

  /** All rows that have been run. */
  get totalRows(): number {
    return this.#totalRows;
  }

  #follow(known: Measured, { rows, durationMs, isUsual }: Run): void {
    const expectedMs = this.estimateMs(rows) ?? durationMs;
    const limit = Math.log(LARGEST_CHANGE);
    const change = Math.min(Math.max(Math.log(durationMs / expectedMs), -limit), limit);
    const weight = Math.max(WEIGHT, 1 / known.runs);
    const nextRows = known.rows + weight * (rows - known.rows);
    const nextMs = (this.estimateMs(nextRows) ?? durationMs) * Math.exp(weight * change);
    for (const size of this.#sizes) {
      if (size !== undefined && isUsual) size.durationMs *= Math.exp(WEIGHT * SHARED * change);
    }
    Object.assign(known, { rows: nextRows, durationMs: nextMs });
  }
}
