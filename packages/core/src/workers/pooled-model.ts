import type { ModelSource, Spread } from "../session/engine.ts";
import type { RunOptions } from "../session/runnable.ts";
import type { Tensors } from "../tensor/tensor.ts";
import type { SessionFacts } from "./messages.ts";

/** A model of the pool. */
export interface PooledModel {
  /** What workers know it by. */
  readonly number: number;
  /** What they know its session with more threads by. */
  readonly wideNumber: number;
  readonly source: ModelSource;
  readonly spread: Spread;
}

interface Waiting<Result> {
  readonly model: PooledModel;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** The first load of a model, not begun. */
export type WaitingLoad = Waiting<SessionFacts>;

/** A run as it is asked for. */
export interface AskedRun {
  readonly model: PooledModel;
  readonly inputs: Tensors;
  readonly options: RunOptions;
  /** Told how long the worker took for it. */
  readonly measured: (durationMs: number) => void;
}

/** A run that is not begun. */
export type WaitingRun = Waiting<Tensors> & AskedRun;
