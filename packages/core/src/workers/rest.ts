import type { Lane } from "./lane.ts";
import type { Placement } from "./placement.ts";
import type { Supervisor } from "./supervisor.ts";

/** So long nothing has been asked of the workers: each costs 10 MB and more while it waits. */
const FIRST_AFTER_MS = 3_000;
/** Workers that were ended too soon are kept so many times as long the next time. */
const LONGER = 4;
const LONGEST_AFTER_MS = 3_600_000;

interface RestingParts {
  readonly lanes: readonly Lane[];
  readonly placement: Placement;
  readonly supervisor: Supervisor;
}

/** Ends workers while all models are run elsewhere, and starts them again when they are asked for something. */
export class Rest {
  readonly #parts: RestingParts;
  #afterMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: RestingParts, afterMs: number = FIRST_AFTER_MS) {
    this.#parts = parts;
    this.#afterMs = afterMs;
  }

  /** To be told whenever something has changed. */
  consider(): void {
    clearTimeout(this.#timer);
    if (this.#hasNothingToDo) this.#timer = setTimeout(() => this.#begin(), this.#afterMs).unref();
  }

  /** Workers are asked for something. */
  end(): void {
    if (!this.#parts.supervisor.isResting) return;
    this.#afterMs = Math.min(LONGER * this.#afterMs, LONGEST_AFTER_MS);
    this.#parts.supervisor.wake();
  }

  #begin(): void {
    if (this.#hasNothingToDo) this.#parts.supervisor.rest();
  }

  get #hasNothingToDo(): boolean {
    const { lanes, placement } = this.#parts;
    return placement.areAllElsewhere && lanes.every(({ state }) => state === "idle");
  }
}
