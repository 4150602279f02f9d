import type { DecimalInput } from "../decimal/decimal.ts";

/** What is asked of a model in a month, and what one request needs. */
export interface Workload {
  /** Requests per month. */
  readonly requests: DecimalInput;
  /** Time for which one warm request is worked on, in ms. */
  readonly durationMs: DecimalInput;
  /** Memory that an instance needs, in MB. */
  readonly memoryMb: DecimalInput;
  /** CPUs that one request keeps busy; 1 where absent. */
  readonly threads?: number;
  /** Body of a request; not priced where absent. */
  readonly requestBytes?: DecimalInput;
  /** Body of an answer; not priced where absent. */
  readonly responseBytes?: DecimalInput;
  /** Lines logged for a request; not priced where absent. */
  readonly logBytes?: DecimalInput;
  /** The model's files; their storage and fetching is not priced where absent. */
  readonly modelBytes?: DecimalInput;
  readonly coldStart?: ColdStart;
  /**
   * Weights of the 168 hours of a week, Monday's first hour first; the same in every hour where absent.
   * They decide how many requests run at once, how many find no warm instance, and how many instances there are.
   */
  readonly hourlyProfile?: readonly DecimalInput[];
  /** Where callers are; answers to the `internet` are billed as such, which is what is taken where absent. */
  readonly callers?: "internet" | "same-region";
}

/** The start of an instance that a request waits for. */
export interface ColdStart {
  /** Time from the start to readiness, in ms. */
  readonly initMs: DecimalInput;
  /** Share of requests that wait for a start, from 0 to 1; worked out from the traffic where absent. */
  readonly rate?: DecimalInput;
}
