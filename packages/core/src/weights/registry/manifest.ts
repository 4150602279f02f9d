import type { Signature } from "../../tensor/tensor.ts";

/** One file of a version, kept once in the store under its SHA-256. */
export interface ManifestFile {
  /** As the graph names it, below the model's folder, such as `model.onnx`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  /** CRC-32 of each chunk of `chunkBytes`, the last one shorter: verified while the bytes arrive. */
  readonly chunkCrc32: readonly number[];
}

/** A graph of a version and the data file that holds its weights, if any is large enough for one. */
interface PreparedGraph {
  readonly graph: string;
  readonly data?: string;
}

/** The same model for machines with one layout: never right on another, and there mapped like a `mapped` version. */
export interface MachineGraph extends PreparedGraph {
  /** As `machineLayout` names it; holds for the manifest's `runtimeVersion` only. */
  readonly layout: string;
}

interface PreparedPlan extends PreparedGraph {
  /**
   * Bytes of weights that a session takes for itself when it is created with packing, and with that repeats a
   * multiplication of 2 to 16 rows in about half the time; 0 where packing changes nothing.
   */
  readonly packedBytes: number;
}

/** How a version's files become a session. */
export type LoadPlan =
  /** Loaded with neither optimising nor packing: nothing is read before the first run, so it may still be arriving. */
  | ({ readonly kind: "mapped" } & PreparedPlan)
  /**
   * Weights are mapped, and the graph is optimised where it is loaded, which reads some of them: after the last byte.
   * Where `layouts` has this machine's, that graph is taken in its place and need not wait.
   */
  | ({
      readonly kind: "mappedWhenComplete";
      /** Whether weights are packed as well: some operators are many times slower without. */
      readonly prepack: boolean;
      readonly layouts: readonly MachineGraph[];
    } & PreparedPlan)
  /**
   * As it was published: the graph is optimised where it is loaded, and weights are packed where the model computes in
   * another way, or many times slower, without; all others take twice the memory then. `reason` says why it was not
   * prepared.
   */
  | { readonly kind: "original"; readonly graph: string; readonly prepack: boolean; readonly reason: string };

/** All that is needed to fetch, verify and load one version; small enough to be read in one request. */
export interface Manifest {
  readonly format: 1;
  readonly signature: Signature;
  /** Version of each operator set by domain. */
  readonly operatorSets: Readonly<Record<string, number>>;
  /** Of onnxruntime, when it was prepared. */
  readonly runtimeVersion: string;
  /** SHA-256 over the original model's files: the same content is the same version. */
  readonly sourceSha256: string;
  readonly chunkBytes: number;
  readonly files: readonly ManifestFile[];
  readonly load: LoadPlan;
}
