import type { ManifestFile } from "../registry/manifest.ts";
import type { ObjectLocation } from "../store/model-store.ts";

/** One file of a version, and where its bytes are. */
export interface WeightFile extends ManifestFile {
  readonly location: ObjectLocation;
}

/** The files of one version. */
export interface WeightSet {
  readonly chunkBytes: number;
  readonly files: readonly WeightFile[];
}

/** A folder that holds the files of one version under the names that the graph uses. */
export interface WeightFolder {
  readonly directory: string;
  /**
   * Resolves when a file is whole and verified. Before that it has its full length: it may be mapped, but not read.
   *
   * @throws InferenceError as `fetchFile` does; the folder is gone then.
   */
  whenVerified(path: string): Promise<void>;
  /** As `whenVerified`, for all files. */
  readonly verified: Promise<void>;
  /** To be called once the session is closed: the files may go from now on. Ends a fetch that is under way. */
  release(): Promise<void>;
}
