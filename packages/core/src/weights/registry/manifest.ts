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

/** How a version's files become a session. */
export type LoadPlan =
  /** Every initialiser that matters lies in data files that the runtime maps; nothing is read before the first run. */
  | { readonly kind: "mapped"; readonly graph: string }
  /** Data files are mapped, but this graph has steps that read weights when it is loaded: load after the last byte. */
  | { readonly kind: "mappedWhenComplete"; readonly graph: string }
  /** As it was published: loaded with the runtime's own defaults; `reason` says why it was not prepared. */
  | { readonly kind: "original"; readonly graph: string; readonly reason: string };

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
