import { Bag } from "../bag.ts";

/** The longest time that a timer takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Something that is to be ended at its time. */
export interface Expiry {
  /** As `performance.now()` counts. */
  readonly atMs: number;
  /** Called once, unless it is taken out before. */
  expire(): void;
}

/**
 * What is to be ended at its time, all by one timer: requests that end long before theirs cost none of their own. The process
 * is kept alive as long as there is something to be ended.
 */
export class Expiries {
  readonly #waiting = new Bag<Expiry>();
  #timer: NodeJS.Timeout | undefined;
  /** The timer rings no later than the first has to be ended, often with nothing to do. */
  #ringsAtMs = Number.POSITIVE_INFINITY;

  add(expiry: Expiry): void {
    this.#waiting.add(expiry);
    if (expiry.atMs < this.#ringsAtMs) this.#ringAt(expiry.atMs);
    else if (this.#waiting.size === 1) this.#timer?.ref();
  }

  /** Takes one out; again does nothing. */
  remove(expiry: Expiry): void {
    if (this.#waiting.delete(expiry) && this.#waiting.size === 0) this.#timer?.unref();
  }

  #ringAt(atMs: number): void {
    clearTimeout(this.#timer);
    this.#ringsAtMs = atMs;
    const delayMs = Math.min(Math.max(0, atMs - performance.now()), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#ring(), Math.ceil(delayMs));
  }

  #ring(): void {
    this.#timer = undefined;
    this.#ringsAtMs = Number.POSITIVE_INFINITY;
    const nowMs = performance.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const expiry of [...this.#waiting]) {
      if (expiry.atMs > nowMs) {
        nextMs = Math.min(nextMs, expiry.atMs);
        continue;
      }
      if (this.#waiting.delete(expiry)) expiry.expire();
    }
    if (nextMs < this.#ringsAtMs) this.#ringAt(nextMs);
  }
}
