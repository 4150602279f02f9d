import type { ModelTreatment } from "@virga/core";
import type { ModelPlace } from "./model-place.ts";

/** One model of a service, found and named. */
export interface ModelDefinition extends ModelTreatment {
  readonly name: string;
  readonly place: ModelPlace;
  /** A body of `POST /predict` that works. */
  readonly example?: Readonly<Record<string, unknown>>;
}

/** What is to be served, wherever it was written down: on the command line or in a config. */
export interface ServiceDefinition {
  readonly name?: string;
  readonly models: readonly ModelDefinition[];
  /** Absolute. */
  readonly predictorPath?: string;
  readonly timeoutMs?: number;
}
