import type { ModelTreatment } from "@virga/core";
import type { AwsConfig, GoogleConfig } from "@virga/core/config-schema";

/** Where a model that is to be deployed comes from. */
export type ModelOrigin =
  | { readonly kind: "file" /** Absolute. */; readonly path: string }
  | {
      readonly kind: "registry";
      /** URI of the registry; the service's own registry where absent. */
      readonly store?: string;
      readonly registryName: string;
      /** A version's number or an alias. */
      readonly reference: string;
    };

/** One model that is to be deployed. */
export interface PlannedModel extends ModelTreatment {
  readonly name: string;
  readonly origin: ModelOrigin;
}

/** What is to be deployed, whichever the cloud: the `inference:` block with every default filled in. */
export interface ServicePlan {
  readonly service: string;
  readonly stage: string;
  /** Of the config; absolute. */
  readonly folder: string;
  readonly models: readonly PlannedModel[];
  /** Absolute. */
  readonly predictorPath?: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly access: "private" | "public" | "api-key";
  readonly aws: AwsConfig;
  readonly google: GoogleConfig;
}
