/** What one instance of the service accepts. */
export interface Limits {
  /** Largest body, before and after decompression. */
  readonly maxRequestBytes: number;
  /** Predictions under way or waiting at once; more are refused with 503. */
  readonly maxConcurrentRequests: number;
  /** Bodies of predictions under way together, as they announce themselves and as they are read; more are refused with 503. */
  readonly maxBufferedBytes: number;
  /** Longest time for one prediction, its model's load included. */
  readonly timeoutMs: number;
  /** Kept before the platform's own deadline, so that the 504 is ours. */
  readonly deadlineMarginMs: number;
}

/** 64 MiB, 1,024 predictions at once with 256 MiB of bodies, 60 seconds, half a second before the platform's deadline. */
export const DEFAULT_LIMITS: Limits = {
  maxRequestBytes: 64 * 1024 * 1024,
  maxConcurrentRequests: 1_024,
  maxBufferedBytes: 256 * 1024 * 1024,
  timeoutMs: 60_000,
  deadlineMarginMs: 500,
};
