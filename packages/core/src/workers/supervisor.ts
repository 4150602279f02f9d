import { InferenceError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Lanes } from "../session/engine.ts";
import type { Breaker } from "./breaker.ts";
import type { Lane } from "./lane.ts";
import type { StartWorker, WorkerEnd } from "./worker-channel.ts";

interface SupervisorOptions {
  readonly start: StartWorker;
  readonly breaker: Breaker;
  readonly log: Log;
  /** Told when a worker has come or gone. */
  readonly changed: () => void;
}

/** Starts workers and replaces those that die, unless they die again and again; tells how many there are. */
export class Supervisor implements Lanes {
  readonly #lanes: readonly Lane[];
  readonly #options: SupervisorOptions;
  readonly #listeners = new Set<() => void>();
  #told = "";
  #lastEnd = "";
  #pause: NodeJS.Timeout | undefined;
  #isResting = false;
  #closing: (() => void) | undefined;

  constructor(lanes: readonly Lane[], options: SupervisorOptions) {
    this.#lanes = lanes;
    this.#options = options;
  }

  get count(): number {
    return this.#lanes.filter((lane) => lane.serving).length;
  }

  get failure(): InferenceError | undefined {
    const { state, tryAtMs, deaths } = this.#options.breaker;
    if (state === "closed" || this.count > 0) return undefined;
    const seconds = Math.max(1, Math.ceil(((tryAtMs ?? 0) - performance.now()) / 1000));
    return new InferenceError(
      "NOT_READY",
      `Workers died ${deaths} times in quick succession, the last one ${this.#lastEnd}; the next is tried in ${seconds} s.`,
      { retryAfterSeconds: seconds },
    );
  }

  /** Why nothing that waits will be begun soon: there is no worker, and none is being started. */
  get standstill(): InferenceError | undefined {
    return this.#lanes.every((lane) => lane.state === "down") ? this.failure : undefined;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells of a count that has changed. */
  tell(): void {
    const now = `${this.count} ${this.failure?.code}`;
    if (now === this.#told) return;
    this.#told = now;
    for (const listener of this.#listeners) listener();
  }

  /** Starts what is missing, as far as the breaker lets it. */
  fill(): void {
    const { breaker } = this.#options;
    if (this.#closing !== undefined || this.#isResting || breaker.state === "open") return;
    const onTrial = breaker.state === "half-open";
    for (const lane of this.#lanes) {
      if (onTrial && this.#lanes.some((each) => each.onTrial)) return;
      if (lane.state === "down") this.#start(lane, onTrial);
    }
  }

  get isResting(): boolean {
    return this.#isResting;
  }

  /** Ends the workers, all of which are idle, until `wake` is called; they count as if they were there. */
  rest(): void {
    this.#isResting = true;
    for (const lane of this.#lanes) lane.rest();
  }

  wake(): void {
    this.#isResting = false;
    this.fill();
  }

  /** A worker has carried out a run: when it was on trial, workers live again. */
  worked(lane: Lane): void {
    if (!lane.onTrial || this.#options.breaker.state !== "half-open") return;
    for (const each of this.#lanes) each.onTrial = false;
    this.#options.breaker.close();
    this.#options.log({
      level: "info",
      event: "workers-live",
      message: "A worker that was tried lives: all are started.",
    });
    this.fill();
  }

  /** Ends all workers; resolves when they are gone. */
  close(): Promise<void> {
    clearTimeout(this.#pause);
    return new Promise((resolve) => {
      this.#closing = resolve;
      for (const lane of this.#lanes) lane.stop();
      this.#endClosing();
    });
  }

  #start(lane: Lane, onTrial: boolean): void {
    // Its end has been told already.
    lane.start(this.#options.start, (end) => this.#ended(lane, end)).then(this.#options.changed, () => undefined);
    lane.onTrial = onTrial;
  }

  #ended(lane: Lane, end: WorkerEnd): void {
    if (this.#closing !== undefined) {
      this.#endClosing();
      this.#options.changed();
      return;
    }
    if (!lane.isResting) this.#died(end);
    this.fill();
    this.#options.changed();
  }

  #died(end: WorkerEnd): void {
    const { breaker, log } = this.#options;
    this.#lastEnd = end.how;
    breaker.died(performance.now());
    log({ level: "warn", event: "worker-lost", message: `A worker ${end.how}.`, error: end.cause });
    if (breaker.tryAtMs !== undefined && this.#pause === undefined) this.#pauseUntil(breaker.tryAtMs);
  }

  #pauseUntil(tryAtMs: number): void {
    const pauseMs = tryAtMs - performance.now();
    const message = `Workers died again and again, the last one ${this.#lastEnd}: the next is started in ${Math.ceil(pauseMs / 1000)} s.`;
    this.#options.log({ level: "error", event: "workers-dying", message });
    // Nothing waits for it: what would is refused.
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#options.breaker.halfOpen();
      this.fill();
      this.#options.changed();
    }, pauseMs).unref();
  }

  #endClosing(): void {
    if (this.#lanes.every((lane) => lane.state === "down")) this.#closing?.();
  }
}
