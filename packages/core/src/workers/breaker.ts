/** When a breaker opens, and for how long. */
export interface BreakerLimits {
  /** This many deaths… */
  readonly deaths: number;
  /** …within this time open it. */
  readonly withinMs: number;
  /** The first pause; each further one is twice as long. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

const DEFAULT_LIMITS: BreakerLimits = { deaths: 3, withinMs: 30_000, firstPauseMs: 1000, longestPauseMs: 60_000 };

/**
 * Whether workers that died are replaced: at once while it is closed, not at all while it is open, and by one alone to
 * try while it is half-open. Knows no clock: time comes in as `performance.now()` counts.
 */
export class Breaker {
  readonly #limits: BreakerLimits;
  /** The latest deaths, oldest first; no more than open it. */
  #deathsAtMs: number[] = [];
  #openings = 0;
  #tryAtMs: number | undefined;

  constructor(limits: BreakerLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  get state(): "closed" | "open" | "half-open" {
    if (this.#openings === 0) return "closed";
    return this.#tryAtMs === undefined ? "half-open" : "open";
  }

  /** When a worker is to be tried; only while it is open. */
  get tryAtMs(): number | undefined {
    return this.#tryAtMs;
  }

  /** How many deaths have lately been seen. */
  get deaths(): number {
    return this.#deathsAtMs.length;
  }

  died(nowMs: number): void {
    const { deaths, withinMs, firstPauseMs, longestPauseMs } = this.#limits;
    this.#deathsAtMs = [...this.#deathsAtMs.filter((deathMs) => nowMs - deathMs < withinMs), nowMs].slice(-deaths);
    const opens = this.state === "closed" ? this.#deathsAtMs.length >= deaths : this.state === "half-open";
    if (!opens) return;
    this.#tryAtMs = nowMs + Math.min(firstPauseMs * 2 ** this.#openings, longestPauseMs);
    this.#openings += 1;
  }

  /** The pause is over: one worker is tried. */
  halfOpen(): void {
    this.#tryAtMs = undefined;
  }

  /** A worker that was started on trial has worked. */
  close(): void {
    this.#deathsAtMs = [];
    this.#openings = 0;
    this.#tryAtMs = undefined;
  }
}
