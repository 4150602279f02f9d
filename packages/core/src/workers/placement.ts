import type { Concurrency } from "../cpu/choose-concurrency.ts";
import type { Lane } from "./lane.ts";
import type { PooledModel, WaitingRun } from "./pooled-model.ts";

/** A run that takes less gains nothing from more threads. */
const LONG_RUN_MS = 1;
/** So many long ones in a row are no accident. */
const LONG_RUNS = 3;

/** Which worker is to hold which model, and with how many threads. */
export class Placement {
  readonly #lanes: readonly Lane[];
  readonly #concurrency: Concurrency;
  /** Those that a worker has loaded once, and that are to stay. */
  readonly #models = new Set<PooledModel>();
  /** How many long runs each has had in a row. */
  readonly #longRuns = new Map<PooledModel, number>();
  readonly #narrowForGood = new WeakSet<PooledModel>();
  readonly #elsewhere = new Set<PooledModel>();

  constructor(lanes: readonly Lane[], concurrency: Concurrency) {
    this.#lanes = lanes;
    this.#concurrency = concurrency;
  }

  keep(model: PooledModel): void {
    this.#models.add(model);
  }

  drop(model: PooledModel): void {
    this.#models.delete(model);
    this.#longRuns.delete(model);
    this.#elsewhere.delete(model);
  }

  ran(model: PooledModel, durationMs: number): void {
    if (!this.#models.has(model)) return;
    this.#longRuns.set(model, durationMs < LONG_RUN_MS ? 0 : (this.#longRuns.get(model) ?? 0) + 1);
  }

  /** A worker could not hold it with more threads: it is not tried again. */
  keepNarrow(model: PooledModel): void {
    this.#narrowForGood.add(model);
  }

  /** Takes note of whether a model is run by others than workers for now. */
  setElsewhere(model: PooledModel, isElsewhere: boolean): void {
    if (isElsewhere) this.#elsewhere.add(model);
    else this.#elsewhere.delete(model);
  }

  /** Whether there are models, and none that workers run. */
  get areAllElsewhere(): boolean {
    return this.#models.size > 0 && [...this.#models].every((model) => this.#elsewhere.has(model));
  }

  /** A model that the worker is to free. */
  surplus(lane: Lane): PooledModel | undefined {
    for (const model of lane.loaded) if (!this.#models.has(model)) return model;
    return undefined;
  }

  /** A model that the worker has yet to take. */
  missing(lane: Lane, waiting: readonly WaitingRun[]): PooledModel | undefined {
    for (const model of this.#models) {
      if (lane.loaded.has(model) || lane.failures.has(model)) continue;
      if (model.spread !== "one" || this.#needsAnother(model, waiting)) return model;
    }
    return undefined;
  }

  /** A model that an idle worker could run with the threads of others. */
  narrow(lane: Lane): PooledModel | undefined {
    if (this.#lanes.indexOf(lane) >= this.#wideLanes) return undefined;
    for (const [model, longRuns] of this.#longRuns) {
      if (model.spread !== "wide" || longRuns < LONG_RUNS || this.#narrowForGood.has(model)) continue;
      if (lane.loaded.has(model) && !lane.widened.has(model)) return model;
    }
    return undefined;
  }

  /** Whether the CPUs of other workers are there for a run that begins now. */
  isWide(lane: Lane, { model }: WaitingRun, waiting: readonly WaitingRun[]): boolean {
    if (!lane.widened.has(model) || waiting.length > 0) return false;
    return this.#lanes.filter((other) => other !== lane && other.state === "busy").length < this.#wideLanes;
  }

  /** How many lanes could each have the threads of a run alone. */
  get #wideLanes(): number {
    const { workers, threads, threadsAlone } = this.#concurrency;
    return threadsAlone > threads ? Math.max(1, Math.floor((workers * threads) / threadsAlone)) : 0;
  }

  /** No worker holds it any more, or those that do are kept from it by runs of other models. */
  #needsAnother(model: PooledModel, waiting: readonly WaitingRun[]): boolean {
    const holders = this.#lanes.filter((lane) => lane.loaded.has(model) || lane.loading === model);
    const areElsewhere = holders.every(({ running }) => running !== undefined && running !== model);
    return holders.length === 0 || (areElsewhere && waiting.some((run) => run.model === model));
  }
}
