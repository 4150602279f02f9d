import type { Signature } from "@virga/core";
import type { MeasuredMemory } from "@virga/deploy";

/** What is known of a service on the deployer's machine beside its plan; what is not known is not checked. */
export interface AwsFacts {
  /** Bytes that one version of each model takes on the function's disk, by the model's name. */
  readonly modelSizeBytes: Readonly<Record<string, number>>;
  /** SHA-256 of the API key in hex; of `describeApiKey`. */
  readonly apiKeySha256?: string;
  /** Of `describeApiKey`. */
  readonly apiKeyLength?: number;
  /** The bucket that the Serverless Framework deploys through, where the config names one. */
  readonly deploymentBucket?: string;
  /** Whether the config names the function's role, so that the Serverless Framework makes up no name for it. */
  readonly namesRole?: boolean;
  /** Whether the service puts all of its functions into a network. */
  readonly hasNetwork?: boolean;
  /** Variables that the service sets for all of its functions. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What each model was measured to need, by the model's name; of `measureModelMemory`. */
  readonly modelMemory?: Readonly<Record<string, MeasuredMemory>>;
  /** What each model takes and gives, by the model's name. */
  readonly signatures?: Readonly<Record<string, Signature>>;
  /** The newest glibc that each native file of the artefact asks for, such as `"2.28"`, by the file's name. */
  readonly neededGlibc?: Readonly<Record<string, string>>;
  /** Now, where absent. */
  readonly today?: Date;
}
