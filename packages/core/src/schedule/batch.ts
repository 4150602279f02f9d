import type { Job } from "./job.ts";

/** Jobs that go into one run, and how. */
export interface Batch {
  readonly kind: "alone" | "joined" | "compared";
  readonly jobs: readonly Job[];
}

/** How many rows jobs have together, of those that could be joined. */
export function sumOfRows(jobs: readonly Job[]): number {
  let rows = 0;
  for (const { share } of jobs) rows += share?.rows ?? 0;
  return rows;
}
