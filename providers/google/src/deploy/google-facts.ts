import type { MeasuredMemory, StudiedModel } from "@virga/deploy";

/** What is known of a service on the deployer's machine beside its plan; what is not known is not checked. */
export interface GoogleFacts {
  readonly project: string;
  /** Bytes that one version of each model takes, by the model's name. */
  readonly modelSizeBytes: Readonly<Record<string, number>>;
  /** What each model was measured to need, by the model's name; of `measureModelMemory`. */
  readonly modelMemory?: Readonly<Record<string, MeasuredMemory>>;
  /** SHA-256 of the API key in hex. */
  readonly apiKeySha256?: string;
  /** Variables that the service sets for all of its functions. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The day by which runtimes end; now where absent. */
  readonly today?: Date;
}

/** What is known of models once they have been studied. */
export function toModelFacts(
  studied: Readonly<Record<string, StudiedModel>>,
): Pick<GoogleFacts, "modelSizeBytes"> & Required<Pick<GoogleFacts, "modelMemory">> {
  const models = Object.entries(studied);
  return {
    modelSizeBytes: Object.fromEntries(models.map(([name, { sizeBytes }]) => [name, sizeBytes])),
    modelMemory: Object.fromEntries(models.flatMap(([name, { memory }]) => (memory ? [[name, memory]] : []))),
  };
}
