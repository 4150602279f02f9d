/** So many refusals at once go out without delay. */
const BURST = 100;
/** Beyond that, one in so long a time. */
const GAP_MS = 1;
/** A refusal is kept back no longer than it tells its caller to wait, nor for a larger part of what a request has. */
const MOST_MS = 1_000;
const MOST_PART = 0.5;

/**
 * Spreads refusals out. Whoever is refused at once asks again at once, and a thousand such callers leave no time for runs:
 * on one processor, 28 % of the answers were left.
 */
export class RefusalPace {
  readonly #mostMs: number;
  #nextAtMs = Number.NEGATIVE_INFINITY;

  /** @param timeoutMs what a request has. */
  constructor(timeoutMs: number) {
    this.#mostMs = Math.min(MOST_MS, MOST_PART * timeoutMs);
  }

  /** How long a refusal that could go out now is kept back. */
  delayMs(nowMs: number): number {
    const earliestMs = nowMs - BURST * GAP_MS;
    this.#nextAtMs = Math.min(Math.max(this.#nextAtMs, earliestMs) + GAP_MS, nowMs + this.#mostMs);
    return Math.max(0, this.#nextAtMs - nowMs);
  }
}
