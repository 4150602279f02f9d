/** One file of a function's artefact. */
export interface BundledFile {
  /** Name in the artefact, such as `index.mjs`. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** A function ready to be zipped or uploaded: its bundle, the programs that it starts and onnxruntime's native files. */
export interface BundledFunction {
  /** Absolute; holds exactly `files`. */
  readonly folder: string;
  readonly files: readonly BundledFile[];
  /** What weighs how much inside `index.mjs`, heaviest first. */
  readonly parts: readonly { readonly packageName: string; readonly sizeBytes: number }[];
}
