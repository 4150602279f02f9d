import type { Job } from "./job.ts";
import { RunEstimate } from "./run-estimate.ts";

/** What waits for one model, first come first served. */
export class ModelQueue {
  readonly model: string;
  readonly labels: { readonly model: string };
  readonly estimate: RunEstimate = new RunEstimate();
  /** Lane time that the model has had, as fair queueing counts it: whose is least comes next. */
  startTag = 0;
  /** Whether its last run was carried out on the calling thread, though there are lanes. */
  runsHere = false;
  /** Requests that were let in and are still being read. */
  arriving = 0;
  #jobs: Job[] = [];
  #firstLateAtMs = Number.POSITIVE_INFINITY;
  #heldSinceMs: number | undefined;
  #heldUntilMs = Number.NEGATIVE_INFINITY;

  constructor(model: string) {
    this.model = model;
    this.labels = { model };
  }

  get length(): number {
    return this.#jobs.length;
  }

  get head(): Job | undefined {
    return this.#jobs[0];
  }

  /** Lane time that the waiting jobs and those to come will take, as far as earlier ones tell. */
  get laneMs(): number {
    return (this.#jobs.length + this.arriving) * this.estimate.jobMs;
  }

  /** When a waiting job will be too late at the earliest; may be one that has begun or left since. */
  get firstLateAtMs(): number {
    return this.#jobs.length === 0 ? Number.POSITIVE_INFINITY : this.#firstLateAtMs;
  }

  /** Until when its jobs wait for others to be joined with; in the past where they do not. */
  get heldUntilMs(): number {
    return this.#heldUntilMs;
  }

  /** Enters jobs behind the others, or `before` them. */
  push(jobs: readonly Job[], before = false): void {
    if (this.#jobs.length === 0) {
      this.#firstLateAtMs = Number.POSITIVE_INFINITY;
      this.#release();
    }
    if (before) this.#jobs.unshift(...jobs);
    else this.#jobs.push(...jobs);
    for (const { latestStartMs } of jobs) this.#firstLateAtMs = Math.min(this.#firstLateAtMs, latestStartMs);
  }

  filter<Kind extends Job>(isWanted: (job: Job) => job is Kind): readonly Kind[] {
    return this.#jobs.filter(isWanted);
  }

  /** Takes jobs out that are to be run now. */
  take(jobs: readonly Job[]): void {
    this.#release();
    if (jobs.every((job, index) => this.#jobs[index] === job)) this.#jobs.splice(0, jobs.length);
    else this.#jobs = this.#jobs.filter((job) => !jobs.includes(job));
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
    const { late = [], waiting = [] } = Object.groupBy(this.#jobs, ({ latestStartMs }) =>
      latestStartMs <= nowMs ? "late" : "waiting",
    );
    this.#jobs = [];
    this.push(waiting);
    return late;
  }

  takeAll(): readonly Job[] {
    return this.#jobs.splice(0);
  }

  /** How long the waiting jobs have been held back already. */
  heldMs(nowMs: number): number {
    return this.#heldSinceMs === undefined ? 0 : nowMs - this.#heldSinceMs;
  }

  hold(nowMs: number, waitMs: number): void {
    this.#heldSinceMs ??= nowMs;
    this.#heldUntilMs = nowMs + waitMs;
  }

  /** Has it decided anew whether to wait. */
  reconsider(): void {
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
  }

  #release(): void {
    this.#heldSinceMs = undefined;
    this.reconsider();
  }
}
