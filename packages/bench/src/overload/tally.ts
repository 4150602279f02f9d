import { percentile } from "../throughput/percentile.ts";
import type { RawResponse } from "../throughput/response-reader.ts";
import { headerOf, type Outcome } from "./connection.ts";

/** What became of many requests. */
export interface TallyReport {
  /** Right answers in time, and how long they took. */
  readonly good: number;
  readonly goodP50Ms: number;
  readonly goodP99Ms: number;
  /** 503 with Retry-After, in time. */
  readonly refused: number;
  readonly refusedP99Ms: number;
  /** All that must not be, by what it was. */
  readonly wrong: Readonly<Record<string, number>>;
}

/** Says of a 200's answer whether it is the right one. */
export type Check = (answer: RawResponse) => boolean;

/** Counts how requests ended. */
export class Tally {
  readonly #deadlineMs: number;
  readonly #goodMs: number[] = [];
  readonly #refusedMs: number[] = [];
  readonly #wrong: Record<string, number> = {};

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  get good(): number {
    return this.#goodMs.length;
  }

  /** Returns whether it was a right answer in time. */
  count(outcome: Outcome, tookMs: number, isRight: Check): boolean {
    const fault = faultOf(outcome, isRight) ?? (tookMs > this.#deadlineMs ? lateness(outcome) : undefined);
    if (fault !== undefined) {
      this.#wrong[fault] = (this.#wrong[fault] ?? 0) + 1;
      return false;
    }
    const isGood = "status" in outcome && outcome.status === 200;
    (isGood ? this.#goodMs : this.#refusedMs).push(tookMs);
    return isGood;
  }

  report(): TallyReport {
    return {
      good: this.#goodMs.length,
      goodP50Ms: percentileOrNone(this.#goodMs, 0.5),
      goodP99Ms: percentileOrNone(this.#goodMs, 0.99),
      refused: this.#refusedMs.length,
      refusedP99Ms: percentileOrNone(this.#refusedMs, 0.99),
      wrong: this.#wrong,
    };
  }
}

function faultOf(outcome: Outcome, isRight: Check): string | undefined {
  if ("failure" in outcome) return outcome.failure;
  if (outcome.status === 200) return isRight(outcome) ? undefined : "a wrong answer";
  if (outcome.status !== 503) return `status ${outcome.status}`;
  return headerOf(outcome.head, "retry-after") === undefined ? "503 without Retry-After" : undefined;
}

function lateness(outcome: Outcome): string {
  return `${"status" in outcome ? outcome.status : "nothing"} after the deadline`;
}

/** 0 where there are none. */
function percentileOrNone(values: readonly number[], share: number): number {
  return values.length === 0 ? 0 : percentile(values, share);
}
