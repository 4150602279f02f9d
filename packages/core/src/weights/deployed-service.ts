import type { ModelTreatment } from "./model-treatment.ts";

/** One model as a deployed function finds it: an alias or a version in a registry. */
export interface DeployedModel extends ModelTreatment {
  /** URI of the registry, such as `s3://bucket/prefix`; the service's own registry where absent. */
  readonly store?: string;
  /** What the registry calls the model. */
  readonly registryName: string;
  /** A version's number or an alias, such as `production`. */
  readonly reference: string;
}

/** A service as its function's bundle carries it: plain JSON, checked before it was deployed. */
export interface DeployedService {
  readonly name: string;
  readonly models: Readonly<Record<string, DeployedModel>>;
  /** Longest time for one prediction in milliseconds. */
  readonly timeoutMs?: number;
}
