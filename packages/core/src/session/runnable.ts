import type { Signature, Tensors } from "../tensor/tensor.ts";

/** A free-form parameter of a request, as the Open Inference Protocol allows them. */
export type ParameterValue = string | number | boolean;

/** What one run is told beside its inputs. */
export interface RunOptions {
  /** Outputs to compute; all of the signature's where absent. */
  readonly outputs?: readonly string[];
  /** Aborted when nobody waits for the answer any more; a run that has begun ends by itself. */
  readonly signal?: AbortSignal;
  /** When nobody has any use for the answer any more, as `performance.now()` counts. */
  readonly deadlineAtMs?: number;
  /** Told, before the promise is given out, that the run takes no lane: it is carried out on the calling thread. */
  readonly onHere?: () => void;
  /** Whether the caller gives the inputs away, so that they may be handed to another thread without a copy. */
  readonly mayTransfer?: boolean;
  /** Reach a predictor; a session ignores them. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly requestId?: string;
}

/** Something that turns named tensors into named tensors: a session, a labelled model, a predictor. */
export interface Runnable {
  readonly signature: Signature;
  /**
   * Runs once; runs may overlap. What a session gives is the caller's alone, with the memory in which it lies.
   *
   * @throws InferenceError `INPUT_INVALID` when names, types or shapes do not fit the signature, `RUN_FAILED` when the
   * model itself refuses the values, `CANCELLED` when the signal was aborted before the run.
   */
  run(inputs: Tensors, options?: RunOptions): Promise<Tensors>;
}
