import type { InferenceError } from "../errors.ts";
import type { Runnable } from "./runnable.ts";

/**
 * What is done to a prepared model while it is loaded.
 *
 * With neither, its weights are mapped where they lie and not read before the first run, so that the file may still be
 * arriving; whatever else is done here reads weights, and takes the file whole.
 */
export interface LoadMode {
  /** The graph is optimised for this machine. */
  readonly optimize: boolean;
  /** Weights are copied into the order in which this machine multiplies them fastest. */
  readonly prepack: boolean;
}

/** A model in a file, with its external data beside it. */
export interface FileSource {
  readonly kind: "file";
  readonly path: string;
  /** Both where absent, as a model needs that nobody has prepared. */
  readonly mode?: LoadMode;
}

/** Where an engine reads a model from: a file, or bytes in memory. */
export type ModelSource =
  | FileSource
  | {
      readonly kind: "bytes";
      readonly bytes: Uint8Array;
      /** External data by the location that the model names. */
      readonly externalData?: Readonly<Record<string, Uint8Array>>;
    };

/** An output that the model has and no caller can get, and why. */
export interface UnusableOutput {
  readonly name: string;
  readonly reason: string;
}

/** One loaded model. */
export interface Session extends Runnable {
  /** Outputs left out of the signature, such as ZipMap's sequence of maps. */
  readonly unusableOutputs: readonly UnusableOutput[];
  /**
   * Whether the first dimension of every input and output may be a number of independent rows: it is free, and the same
   * for all inputs by its name. Absent where it is not.
   */
  readonly batchable?: boolean;
  /** Calls when its runs take another time from now on than those before: what was measured does not hold. Never where absent. */
  onPaceChange?(listener: () => void): void;
  /** Frees the model after the runs that are under way; idempotent. */
  close(): Promise<void>;
}

/** How many runs an engine can carry out at once. */
export interface Lanes {
  /** Runs that can go on at once now: fewer while a worker is being replaced, 0 while none is to be had. */
  readonly count: number;
  /** Why there are none for the time being: workers that died again and again. */
  readonly failure: InferenceError | undefined;
  /** Told when the count has changed. Returns what ends the telling. */
  onChange(listener: () => void): () => void;
}

/**
 * How many sessions an engine with several lanes makes of a model: `one`, which its lanes share; one for `each` lane; or
 * `wide` ones besides, which run with the threads of lanes that are idle.
 */
export type Spread = "one" | "each" | "wide";

/** Turns a model into something that runs. */
export interface Engine {
  /** As in Open Inference model metadata, e.g. `onnx_onnxv1`. */
  readonly platform: string;
  /**
   * Loads one model.
   *
   * @param spread `each` where absent; means nothing to an engine without lanes.
   * @throws InferenceError `WEIGHTS_MISSING` when there is no such file, `WEIGHTS_CORRUPT` when it is no model that the
   * runtime can read, `MODEL_UNSUPPORTED` when its inputs or all of its outputs have types that cannot be carried.
   */
  load(source: ModelSource, spread?: Spread): Promise<Session>;
  /** Absent where runs block the calling thread, one at a time. */
  readonly lanes?: Lanes;
  /** Ends what the engine has started beside the calling thread; idempotent. */
  close?(): Promise<void>;
}
