import type { Runnable } from "./runnable.ts";

/** Where an engine reads a model from: a file (external data beside it), or bytes in memory. */
export type ModelSource =
  | { readonly kind: "file"; readonly path: string }
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
  /** Frees the model after the runs that are under way; idempotent. */
  close(): Promise<void>;
}

/** Turns a model into something that runs. */
export interface Engine {
  /** As in Open Inference model metadata, e.g. `onnx_onnxv1`. */
  readonly platform: string;
  /**
   * Loads one model.
   *
   * @throws InferenceError `WEIGHTS_MISSING` when there is no such file, `WEIGHTS_CORRUPT` when it is no model that the
   * runtime can read, `MODEL_UNSUPPORTED` when its inputs or all of its outputs have types that cannot be carried.
   */
  load(source: ModelSource): Promise<Session>;
}
