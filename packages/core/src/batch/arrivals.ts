/** How fast the mean gap follows: over about as many arrivals. */
const REMEMBERED_ARRIVALS = 16;
/** A silence counts for at most this many mean gaps, so that one pause does not hide the rhythm around it. */
const LONGEST_GAP = 8;
/** Clients that were answered and may ask again; more would make no batch any larger. */
const MOST_AWAITED_ROWS = 1024;

/**
 * The rhythm in which requests for one model arrive: who was answered may ask again at once, and those that come
 * together keep coming together.
 */
export class Arrivals {
  #awaitedRows = 0;
  #lastEventMs: number | undefined;
  #meanGapMs: number | undefined;
  #longestGapMs = 0;

  arrived(rows: number, nowMs: number): void {
    if (this.#lastEventMs !== undefined) this.#learn(Math.max(0, nowMs - this.#lastEventMs));
    this.#lastEventMs = nowMs;
    this.#awaitedRows = Math.max(0, this.#awaitedRows - rows);
  }

  answered(rows: number, nowMs: number): void {
    this.#lastEventMs = nowMs;
    this.#awaitedRows = Math.min(this.#awaitedRows + rows, MOST_AWAITED_ROWS);
  }

  /** Nobody came though somebody was waited for. */
  gaveUp(): void {
    this.#awaitedRows = 0;
  }

  /** Rows that were answered and whose clients have not come back. */
  get awaitedRows(): number {
    return this.#awaitedRows;
  }

  /** Expected time from an arrival or an answer to the next arrival. */
  get meanGapMs(): number {
    return this.#meanGapMs ?? Number.POSITIVE_INFINITY;
  }

  /** How much longer a silence may last before nobody more is likely to come. */
  patienceMs(nowMs: number): number {
    return 2 * this.#longestGapMs - (nowMs - (this.#lastEventMs ?? nowMs));
  }

  #learn(gapMs: number): void {
    const meanMs = this.#meanGapMs ?? gapMs;
    const countedMs = Math.min(gapMs, LONGEST_GAP * meanMs);
    this.#meanGapMs = meanMs + (countedMs - meanMs) / REMEMBERED_ARRIVALS;
    this.#longestGapMs = Math.max(countedMs, this.#longestGapMs * (1 - 1 / (2 * REMEMBERED_ARRIVALS)));
  }
}
