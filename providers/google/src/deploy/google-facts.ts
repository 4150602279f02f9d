/** What is known of a service on the deployer's machine beside its plan; what is not known is not checked. */
export interface GoogleFacts {
  readonly project: string;
  /** Bytes that one version of each model takes, by the model's name. */
  readonly modelSizeBytes: Readonly<Record<string, number>>;
  /** SHA-256 of the API key in hex. */
  readonly apiKeySha256?: string;
  /** Variables that the service sets for all of its functions. */
  readonly environment?: Readonly<Record<string, string>>;
}
