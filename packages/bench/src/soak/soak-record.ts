/** All that a soak notes while it goes on. */
export class SoakRecord {
  readonly violations: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #goodMs: number[] = [];
  #kills: number[] = [];

  /** A fault, by the request or the thing that shows it. */
  violate(what: string): void {
    this.violations.push(what);
  }

  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  countOf(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  answeredRight(tookMs: number): void {
    this.#goodMs.push(tookMs);
  }

  killed(nowMs: number): void {
    this.#kills.push(nowMs);
    this.count(KILLED);
  }

  /** Whether a worker was killed so shortly before that its loss may still be felt. */
  isLossFelt(nowMs: number): boolean {
    return this.#kills.some((atMs) => nowMs - atMs < LOSS_FELT_MS);
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** How long each right answer took. */
  get goodMs(): readonly number[] {
    return this.#goodMs;
  }
}

export const KILLED = "workers killed";
/** A breaker that has opened may take a while to close. */
const LOSS_FELT_MS = 60_000;
