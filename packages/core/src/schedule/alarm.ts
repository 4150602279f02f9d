import type { Clock } from "./clock.ts";

/** The one timer of a scheduler: it may ring too early, never too late, and does not run while there is nothing to do. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #atMs = Number.POSITIVE_INFINITY;
  #callOff: () => void = () => undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Sees to it that it rings at `atMs` or earlier; not at all where that is never. */
  set(atMs: number, nowMs: number): void {
    if (atMs === this.#atMs || (this.#atMs < atMs && atMs < Number.POSITIVE_INFINITY)) return;
    this.#callOff();
    this.#atMs = atMs;
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#callOff = this.#clock.after(Math.max(0, atMs - nowMs), () => {
      this.#atMs = Number.POSITIVE_INFINITY;
      this.#ring();
    });
  }
}
