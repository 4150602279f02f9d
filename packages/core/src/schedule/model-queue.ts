import type { Job } from "./job.ts";
import { RunEstimate } from "./run-estimate.ts";

/** What waits for one model, first come first served. */
export class ModelQueue {
  readonly model: string;
  readonly labels: { readonly model: string };
  readonly estimate: RunEstimate = new RunEstimate();
  /** Lane time that the model has had, as fair queueing counts it: whose is least comes next. */
  startTag = 0;
  readonly #jobs: Job[] = [];
  #firstLateAtMs = Number.POSITIVE_INFINITY;

  constructor(model: string) {
    this.model = model;
    this.labels = { model };
  }

  get length(): number {
    return this.#jobs.length;
  }

  /** Lane time that the waiting jobs will take, as far as earlier ones tell. */
  get laneMs(): number {
    return this.#jobs.length * this.estimate.jobMs;
  }

  /** When a waiting job will be too late at the earliest; may be one that has begun or left since. */
  get firstLateAtMs(): number {
    return this.#jobs.length === 0 ? Number.POSITIVE_INFINITY : this.#firstLateAtMs;
  }

  push(job: Job): void {
    if (this.#jobs.length === 0) this.#firstLateAtMs = Number.POSITIVE_INFINITY;
    this.#jobs.push(job);
    this.#firstLateAtMs = Math.min(this.#firstLateAtMs, job.latestStartMs);
  }

  take(): Job | undefined {
    return this.#jobs.shift();
  }

  /** Whether the job was still waiting. */
  remove(job: Job): boolean {
    const index = this.#jobs.indexOf(job);
    if (index >= 0) this.#jobs.splice(index, 1);
    return index >= 0;
  }

  /** Takes out the jobs that can no longer begin in time. */
  takeLate(nowMs: number): readonly Job[] {
    if (nowMs < this.firstLateAtMs) return [];
    const { late = [], waiting = [] } = Object.groupBy(this.#jobs, (job) =>
      job.latestStartMs <= nowMs ? "late" : "waiting",
    );
    this.#jobs.length = 0;
    for (const job of waiting) this.push(job);
    return late;
  }

  takeAll(): readonly Job[] {
    return this.#jobs.splice(0);
  }
}
