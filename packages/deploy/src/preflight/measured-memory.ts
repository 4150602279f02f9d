/** What a process took at most, in bytes. */
export interface ProcessMemory {
  /** With the files it had mapped, such as weights, which can be read again. */
  readonly peakBytes: number;
  /** What it had for itself, and no disk can give back; only Linux tells. */
  readonly anonymousBytes?: number;
}

/** What one model takes, measured in a process of its own; what is left when `base` is subtracted is the model's. */
export interface MeasuredMemory {
  /** Node and onnxruntime before a model is loaded. */
  readonly base: ProcessMemory;
  /** After the model has been loaded and run. */
  readonly total: ProcessMemory;
  /** Whether inputs were found that the model takes; a run would have taken more than loading it alone. */
  readonly hasRun: boolean;
}
