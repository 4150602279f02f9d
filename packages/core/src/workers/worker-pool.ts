import { Bag } from "../bag.ts";
import type { Concurrency } from "../cpu/choose-concurrency.ts";
import { InferenceError, runCancelled } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Lanes, ModelSource, Spread } from "../session/engine.ts";
import type { RunOptions } from "../session/runnable.ts";
import type { Tensors } from "../tensor/tensor.ts";
import { Breaker } from "./breaker.ts";
import { Lane } from "./lane.ts";
import type { SessionFacts, ThreadsOfRuns } from "./messages.ts";
import { Placement } from "./placement.ts";
import type { AskedRun, PooledModel, WaitingLoad, WaitingRun } from "./pooled-model.ts";
import { Rest } from "./rest.ts";
import { Supervisor } from "./supervisor.ts";
import type { StartWorker } from "./worker-channel.ts";

/** What a pool is made of. */
export interface PoolOptions {
  readonly concurrency: Concurrency;
  readonly start: StartWorker;
  readonly breaker?: Breaker;
  readonly restAfterMs?: number;
  readonly log?: Log;
}

/** Workers that hold the same models. What waits is begun in the order in which it came. */
export class WorkerPool {
  readonly #concurrency: Concurrency;
  readonly #log: Log;
  readonly #lanes: readonly Lane[];
  readonly #supervisor: Supervisor;
  readonly #placement: Placement;
  readonly #rest: Rest;
  readonly #loads: WaitingLoad[] = [];
  readonly #runs: WaitingRun[] = [];
  readonly #unloadings = new Map<PooledModel, () => void>();
  /** What was asked for, and what workers are at. */
  readonly #underWay = new Bag<Promise<unknown>>();
  #lastNumber = 0;
  #closing: Promise<void> | undefined;

  constructor({ concurrency, start, breaker = new Breaker(), log = () => undefined, restAfterMs }: PoolOptions) {
    this.#concurrency = concurrency;
    this.#log = log;
    this.#lanes = Array.from({ length: concurrency.workers }, () => new Lane());
    this.#placement = new Placement(this.#lanes, concurrency);
    this.#supervisor = new Supervisor(this.#lanes, { start, breaker, log, changed: () => this.#goOn() });
    this.#rest = new Rest(
      { lanes: this.#lanes, placement: this.#placement, supervisor: this.#supervisor },
      restAfterMs,
    );
    this.#supervisor.fill();
  }

  get lanes(): Lanes {
    return this.#supervisor;
  }

  /** Resolves when the first worker has the model; others that are to have it take it beside their work. */
  load(
    source: ModelSource,
    spread: Spread = "each",
  ): Promise<{ readonly model: PooledModel; readonly facts: SessionFacts }> {
    this.#lastNumber += 2;
    const model = { number: this.#lastNumber - 1, wideNumber: this.#lastNumber, source, spread };
    return this.#begin((resolve, reject) => {
      this.#loads.push({ model, resolve: (facts) => resolve({ model, facts }), reject });
    });
  }

  run(asked: AskedRun): Promise<Tensors> {
    return this.#begin((resolve, reject) => {
      const measured = (durationMs: number): void => {
        this.#placement.ran(asked.model, durationMs);
        asked.measured(durationMs);
      };
      this.#runs.push({ ...asked, measured, resolve, reject });
    });
  }

  /** Resolves when no worker holds the model any more. */
  unload(model: PooledModel): Promise<void> {
    this.#placement.drop(model);
    return new Promise((resolve) => {
      this.#unloadings.set(model, resolve);
      this.#goOn();
    });
  }

  /** Takes note of whether a model is run elsewhere: workers without any other are ended until there is need of them. */
  setElsewhere(model: PooledModel, isElsewhere: boolean): void {
    this.#placement.setElsewhere(model, isElsewhere);
    this.#goOn();
  }

  /** Takes back a run that is not begun. */
  cancel(options: RunOptions): void {
    const index = this.#runs.findIndex((run) => run.options === options);
    if (index >= 0) this.#runs.splice(index, 1)[0]?.reject(runCancelled());
  }

  /** Ends the workers after what is under way and what waits. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  #begin<Result>(
    enqueue: (resolve: (result: Result) => void, reject: (error: unknown) => void) => void,
  ): Promise<Result> {
    if (this.#closing !== undefined)
      return Promise.reject(new InferenceError("INTERNAL", "The engine has been closed."));
    const work = new Promise(enqueue);
    this.#follow(work);
    this.#rest.end();
    this.#goOn();
    return work;
  }

  #follow(work: Promise<unknown>): void {
    const ended = (): void => void this.#underWay.delete(work);
    work.then(ended, ended);
    this.#underWay.add(work);
  }

  /** Ends workers that do nothing: a thread that is ended while it runs, loads or frees a model aborts the process. */
  async #end(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    await this.#supervisor.close();
  }

  /** Gives each idle worker the next thing to do; called whenever something has changed. */
  #goOn(): void {
    const standstill = this.#supervisor.standstill;
    if (standstill !== undefined) {
      for (const waiting of [...this.#loads.splice(0), ...this.#runs.splice(0)]) waiting.reject(standstill);
    }
    for (const lane of this.#lanes) {
      if (lane.state !== "idle") continue;
      lane.serving ||= this.#placement.missing(lane, this.#runs) === undefined;
      const task = this.#nextTask(lane);
      if (task !== undefined) this.#follow(lane.occupy(task).then(() => this.#goOn()));
    }
    this.#refuseUnloadable();
    for (const [model, resolve] of this.#unloadings) {
      if (this.#lanes.some((lane) => lane.loading === model || lane.loaded.has(model))) continue;
      this.#unloadings.delete(model);
      resolve();
    }
    this.#supervisor.tell();
    this.#rest.consider();
  }

  /** What an idle worker does next; tasks never reject. */
  #nextTask(lane: Lane): (() => Promise<void>) | undefined {
    const surplus = this.#placement.surplus(lane);
    if (surplus !== undefined) return () => this.#unload(lane, surplus);
    const load = this.#isLeastLoaded(lane) ? this.#loads.shift() : undefined;
    if (load !== undefined) return () => this.#load(lane, load);
    const index = this.#runs.findIndex((run) => lane.loaded.has(run.model));
    const missing = this.#placement.missing(lane, this.#runs);
    // While others wait, one worker at a time is taken from them; at the end, only what they need is loaded.
    const mayLoad = index < 0 ? this.#closing === undefined || this.#runs.length > 0 : !this.#isLoading;
    if (missing !== undefined && mayLoad) return () => this.#loadAlso(lane, missing);
    const [run] = index < 0 ? [] : this.#runs.splice(index, 1);
    if (run !== undefined) {
      const isWide = this.#placement.isWide(lane, run, this.#runs);
      return () => this.#run(lane, run, isWide);
    }
    const narrow = this.#closing === undefined ? this.#placement.narrow(lane) : undefined;
    return narrow && (() => this.#widen(lane, narrow));
  }

  /** Of the idle ones, so that models with one session do not all meet in one worker. */
  #isLeastLoaded({ loaded }: Lane): boolean {
    return this.#lanes.every((other) => other.state !== "idle" || other.loaded.size >= loaded.size);
  }

  get #isLoading(): boolean {
    return this.#lanes.some((lane) => lane.loading !== undefined);
  }

  async #load(lane: Lane, { model, resolve, reject }: WaitingLoad): Promise<void> {
    try {
      const facts = await lane.load(model, this.#threadsOf(model));
      this.#placement.keep(model);
      resolve(facts);
    } catch (error) {
      reject(error);
    }
  }

  async #loadAlso(lane: Lane, model: PooledModel): Promise<void> {
    try {
      await lane.load(model, this.#threadsOf(model));
    } catch (error) {
      if (InferenceError.is(error) && error.code === "WORKER_LOST") return;
      lane.failures.set(model, error);
      const message = "A worker could not load a model that another one holds; it goes on without.";
      this.#log({ level: "error", event: "worker-load-failed", message, error });
    }
  }

  async #unload(lane: Lane, model: PooledModel): Promise<void> {
    try {
      await lane.unload(model);
    } catch (error) {
      // Its memory goes with the worker.
      if (this.#closing !== undefined) return;
      this.#log({ level: "warn", event: "worker-unload-failed", message: "A worker could not free a model.", error });
    }
  }

  async #widen(lane: Lane, model: PooledModel): Promise<void> {
    try {
      await lane.widen(model, { threads: this.#concurrency.threadsAlone, spinning: true });
    } catch (error) {
      if (InferenceError.is(error) && error.code === "WORKER_LOST") return;
      this.#placement.keepNarrow(model);
      const message = "A worker could not load a model once more, for runs on all CPUs; it goes on without.";
      this.#log({ level: "warn", event: "worker-widen-failed", message, error });
    }
  }

  #threadsOf({ spread }: PooledModel): ThreadsOfRuns {
    const { threads, threadsAlone } = this.#concurrency;
    return spread === "one"
      ? { threads: threadsAlone, spinning: threadsAlone > threads }
      : { threads, spinning: false };
  }

  async #run(lane: Lane, run: WaitingRun, isWide: boolean): Promise<void> {
    try {
      run.resolve(await lane.run(run, isWide));
    } catch (error) {
      run.reject(error);
      if (InferenceError.is(error) && error.code === "WORKER_LOST") return;
    }
    this.#supervisor.worked(lane);
  }

  /** Runs that would wait for ever: no worker could load their model. */
  #refuseUnloadable(): void {
    for (const run of [...this.#runs]) {
      if (!this.#lanes.every((lane) => lane.failures.has(run.model))) continue;
      this.#runs.splice(this.#runs.indexOf(run), 1);
      run.reject(this.#lanes[0]?.failures.get(run.model));
    }
  }
}
