/** What a window of time has shown. */
export interface Observation {
  readonly elapsedMs: number;
  readonly receivedBytes: number;
  /** Share of the time in which this thread worked. */
  readonly busy: number;
  readonly connections: number;
}

/** Long enough to tell a rate, short enough to matter for a second of fetching. */
const WINDOW_MS = 60;
const GROWTH = 1.5;
/** A thread that works this much would only be shared by more connections. */
export const BUSY = 0.75;
/** Refusals that come together are one. */
const LEAST_REDUCED_MS = 500;
/** Where each connection is limited by itself, half as many more bring half as much more. */
const LEAST_GAIN = 1.15;

/**
 * How many connections to use: as many as it begins with, and more as long as more bring more, which is so where each
 * connection is limited by itself, as object stores do.
 */
export class ConnectionCount {
  #count: number;
  readonly #most: number;
  #bytesPerMsBefore = 0;
  #settled = false;
  #reducedAtMs = Number.NEGATIVE_INFINITY;
  #elapsedMs = 0;
  #receivedBytes = 0;
  #busyMs = 0;

  constructor(first: number, most: number) {
    this.#count = first;
    this.#most = most;
  }

  get value(): number {
    return this.#count;
  }

  /** The server has asked for fewer requests, perhaps on all connections at once. */
  reduce(nowMs: number): void {
    if (nowMs - this.#reducedAtMs < LEAST_REDUCED_MS) return;
    this.#reducedAtMs = nowMs;
    this.#count = Math.max(1, Math.floor(this.#count / 2));
    this.#settled = false;
    this.#bytesPerMsBefore = 0;
    this.#beginWindow();
  }

  observe({ elapsedMs, receivedBytes, busy, connections }: Observation): void {
    // Connections that still open, or a tail with few, say nothing of what one more would bring.
    if (this.#settled || connections < this.#count) {
      this.#beginWindow();
      return;
    }
    this.#elapsedMs += elapsedMs;
    this.#receivedBytes += receivedBytes;
    this.#busyMs += busy * elapsedMs;
    if (this.#elapsedMs < WINDOW_MS) return;
    const bytesPerMs = this.#receivedBytes / this.#elapsedMs;
    const gained = bytesPerMs > this.#bytesPerMsBefore * LEAST_GAIN;
    if (!gained || this.#busyMs / this.#elapsedMs > BUSY || this.#count >= this.#most) this.#settled = true;
    else this.#count = Math.min(this.#most, Math.ceil(this.#count * GROWTH));
    this.#bytesPerMsBefore = bytesPerMs;
    this.#beginWindow();
  }

  #beginWindow(): void {
    this.#elapsedMs = 0;
    this.#receivedBytes = 0;
    this.#busyMs = 0;
  }
}
