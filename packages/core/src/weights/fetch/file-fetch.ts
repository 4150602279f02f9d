import { performance } from "node:perf_hooks";
import { InferenceError } from "../../errors.ts";
import { BUSY, ConnectionCount } from "./connection-count.ts";
import { FailedTry, type Setback } from "./failed-try.ts";
import type { FetchSettings } from "./fetch-options.ts";
import type { FileTarget } from "./file-target.ts";
import { PartFetch } from "./part-fetch.ts";
import { type Part, PartQueue } from "./part-queue.ts";
import { findSlowest, hadItsTime, Pace, shouldHandOver, tailBytes } from "./tail-takeover.ts";

const TICK_MS = 20;
const MOST_BACKOFF_MS = 2_000;
/** An object that is replaced again and again is none that a manifest names. */
const MOST_RESTARTS = 2;

/** Fetches one file: decides which part goes over which connection, and what follows when one fails. */
export class FileFetch {
  readonly #target: FileTarget;
  readonly #settings: FetchSettings;
  readonly #queue: PartQueue;
  readonly #count: ConnectionCount;
  readonly #running = new Set<PartFetch>();
  readonly #endsAtMs: number;
  #restarts = 0;
  #lastTickMs: number = performance.now();
  #lastUtilization = performance.eventLoopUtilization();
  readonly #pace = new Pace();
  #busy = 0;
  #lastSetback = "";
  #over = false;
  #settle: () => void = () => undefined;
  #reject: (error: InferenceError) => void = () => undefined;

  constructor(target: FileTarget, settings: FetchSettings) {
    this.#target = target;
    this.#settings = settings;
    this.#endsAtMs = performance.now() + settings.deadlineMs;
    this.#queue = new PartQueue(target.sizeBytes, target.content.chunkBytes, settings.connections);
    this.#count = new ConnectionCount(settings.connections, settings.mostConnections);
  }

  /** To be called once. @throws InferenceError */
  async run(): Promise<void> {
    const { signal } = this.#settings;
    const abort = (): void => this.#reject(new InferenceError("CANCELLED", "The fetch was cancelled."));
    const timer = setInterval(() => this.#tick(), TICK_MS);
    try {
      await new Promise<void>((settle, fail) => {
        this.#settle = settle;
        this.#reject = fail;
        signal?.addEventListener("abort", abort, { once: true });
        if (signal?.aborted === true) abort();
        else this.#fill();
      });
    } finally {
      this.#over = true;
      clearInterval(timer);
      signal?.removeEventListener("abort", abort);
      this.#cancelAll();
      this.#target.pool.close();
    }
  }

  #fill(): void {
    if (this.#over) return;
    while (this.#running.size < this.#count.value) {
      const part = this.#queue.take(performance.now()) ?? this.#takeOver();
      if (part === undefined) break;
      this.#start(part);
    }
    if (this.#queue.done) this.#settle();
  }

  #start(part: Part): void {
    const fetch = new PartFetch(part, this.#target);
    const beganAt = part.next;
    this.#running.add(fetch);
    fetch.run().then(
      () => this.#end(fetch),
      (error: unknown) => this.#end(fetch, error, part.next > beganAt),
    );
  }

  #end(fetch: PartFetch, error?: unknown, progressed = false): void {
    // One that is no longer here was cancelled; its part is another's by now.
    if (this.#over || !this.#running.delete(fetch)) return;
    this.#pace.remember(fetch);
    if (progressed) fetch.part.failures = 0;
    if (error instanceof FailedTry) this.#setBack(fetch.part, error);
    else if (InferenceError.is(error)) this.#setBack(fetch.part, toSetback(error));
    this.#queue.giveBack(fetch.part);
    this.#fill();
  }

  #setBack(part: Part, error: FailedTry): void {
    const { setback } = error;
    this.#lastSetback = setback.message;
    if (setback.overload === true) this.#count.reduce(performance.now());
    if (setback.restart !== undefined && this.#restart(setback.restart)) return;
    part.failures += 1;
    const waitMs = Math.max(setback.waitMs ?? 0, this.#backoffMs(part.failures));
    part.readyAtMs = performance.now() + waitMs;
    // One who is told to wait is known to be heard.
    const usualTries = this.#settings.mostTries * (setback.overload === true ? 2 : 1);
    const mostTries = Math.min(setback.mostTries ?? usualTries, usualTries);
    if (part.failures >= mostTries || part.readyAtMs > this.#endsAtMs) this.#fail(setback, error);
  }

  /** Half of it by chance, so that those who were refused together do not come back together. */
  #backoffMs(failures: number): number {
    const most = Math.min(MOST_BACKOFF_MS, this.#settings.backoffMs * 2 ** (failures - 1));
    return most * (0.5 + Math.random() / 2);
  }

  /** Begins anew, as bytes of two states of an object must never be mixed. @returns whether it did. */
  #restart(reason: NonNullable<Setback["restart"]>): boolean {
    if (reason === "noRanges" && this.#target.rangesSeen) return false;
    if (reason === "changed" && ++this.#restarts > MOST_RESTARTS) return false;
    this.#cancelAll();
    this.#target.unpin();
    if (reason === "noRanges") this.#target.whole = true;
    this.#queue.restart(this.#target.whole ? 1 : this.#count.value);
    return true;
  }

  #cancelAll(): void {
    const running = [...this.#running];
    this.#running.clear();
    for (const fetch of running) fetch.cancel(new Error("The fetch has ended."));
  }

  #fail(setback: Setback, cause: unknown): void {
    const message = `Could not fetch ${this.#target.where}: ${setback.message}`;
    this.#reject(setback.explained ?? new InferenceError(setback.code, message, { cause }));
  }

  #tick(): void {
    const now = performance.now();
    const elapsedMs = now - this.#lastTickMs;
    this.#lastTickMs = now;
    // While this thread was busy with something else nobody was idle: bytes may wait to be read.
    const idleMs = Math.min(elapsedMs, 2 * TICK_MS);
    let receivedBytes = 0;
    for (const fetch of [...this.#running]) {
      receivedBytes += fetch.measure(elapsedMs, idleMs);
      if (fetch.idleMs > this.#settings.stallMs) fetch.cancel(this.#stalled());
    }
    const utilization = performance.eventLoopUtilization();
    this.#busy = performance.eventLoopUtilization(utilization, this.#lastUtilization).utilization;
    this.#lastUtilization = utilization;
    const connections = [...this.#running].filter(({ latencyMs }) => latencyMs !== undefined).length;
    this.#count.observe({ elapsedMs, receivedBytes, busy: this.#busy, connections });
    if (now > this.#endsAtMs) this.#failLate();
    else this.#fill();
  }

  #stalled(): FailedTry {
    const message = `No byte came for ${this.#settings.stallMs / 1000} s.`;
    return new FailedTry({ message, code: "WEIGHTS_UNREACHABLE" });
  }

  #failLate(): void {
    const { deadlineMs } = this.#settings;
    const missing = `${this.#queue.missingBytes} of ${this.#target.sizeBytes} bytes are missing`;
    const message = `after ${deadlineMs / 1000} s, ${missing}. ${this.#lastSetback}`.trim();
    this.#fail({ message, code: "WEIGHTS_UNREACHABLE" }, undefined);
  }

  /** Work for a connection that has none: the tail of the part that will take longest, or that part itself. */
  #takeOver(): Part | undefined {
    // A thread that is busy all the time is what limits every connection; without ranges there is but one.
    if (this.#busy > BUSY || this.#target.whole) return undefined;
    const free = this.#pace.expect([...this.#running]);
    if (free === undefined) return undefined;
    const slowest = findSlowest([...this.#running], free);
    if (slowest === undefined) return undefined;
    const { part } = slowest;
    const tail = this.#queue.takeTail(part, tailBytes(slowest, free));
    if (tail !== undefined || !hadItsTime(slowest, free) || !shouldHandOver(slowest, free)) return tail;
    part.handovers += 1;
    this.#running.delete(slowest);
    slowest.cancel(new Error("Another connection goes on with this part."));
    return part;
  }
}

/** A failure that the store or the disk has put into words already. */
function toSetback(error: InferenceError): FailedTry {
  const { code, message, retryable } = error;
  return new FailedTry({ message, code, explained: error, ...(retryable ? {} : { mostTries: 1 }) }, { cause: error });
}
