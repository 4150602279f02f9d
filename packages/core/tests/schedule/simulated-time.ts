import type { Clock } from "../../src/schedule/clock.ts";

interface Event {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until all that can happen now has happened, and then goes on to what comes next. */
export class SimulatedTime implements Clock {
  #nowMs = 0;
  #events: Event[] = [];

  now(): number {
    return this.#nowMs;
  }

  afterTurn(callback: () => void): void {
    this.#enter({ atMs: this.#nowMs, callback });
  }

  after(delayMs: number, callback: () => void): () => void {
    const event = { atMs: this.#nowMs + delayMs, callback };
    this.#enter(event);
    return () => {
      this.#events = this.#events.filter((other) => other !== event);
    };
  }

  /** What is still to come: timers that nobody called off. */
  get pending(): number {
    return this.#events.length;
  }

  /** Time passes while the thread is blocked: nothing happens meanwhile. */
  block(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, resolve);
    });
  }

  /** Lets everything happen until nothing is to come any more. */
  async runOut(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#events.shift();
      if (next === undefined) return;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
  }

  /** Behind those that are due at the same time. */
  #enter(event: Event): void {
    const before = this.#events.findLastIndex(({ atMs }) => atMs <= event.atMs);
    this.#events.splice(before + 1, 0, event);
  }
}
