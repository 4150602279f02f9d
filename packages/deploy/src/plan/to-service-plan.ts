import { resolve } from "node:path";
import { InferenceError, treatmentOf } from "@virga/core";
import type { InferenceConfig, ModelEntry } from "@virga/core/config-schema";
import type { PlannedModel, ServicePlan } from "../service-plan.ts";
import { checkFiles } from "./check-files.ts";
import { isUri, toModelOrigin } from "./model-origin.ts";

const DEFAULT_MEMORY_MB = 1_024;
const DEFAULT_TIMEOUT_SECONDS = 30;

/** What a config does not say about itself. */
export interface PlannedService {
  readonly service: string;
  readonly stage: string;
  /** Of the config; absolute. */
  readonly folder: string;
}

/**
 * Fills in every default.
 *
 * @throws InferenceError `CONFIG_INVALID` for models that no cloud reaches.
 */
export function toServicePlan(config: InferenceConfig, { service, stage, folder }: PlannedService): ServicePlan {
  const models = Object.entries(config.models).map(([name, entry]) => toPlannedModel(name, entry, folder));
  const predictorPath = config.predictor === undefined ? undefined : resolve(folder, config.predictor);
  return {
    service,
    stage,
    folder,
    models,
    ...(predictorPath && { predictorPath }),
    memoryMb: config.memory ?? DEFAULT_MEMORY_MB,
    timeoutSeconds: config.timeout ?? DEFAULT_TIMEOUT_SECONDS,
    access: config.access ?? "private",
    aws: config.aws ?? {},
    google: config.google ?? {},
  };
}

/** @throws InferenceError `WEIGHTS_MISSING` with every file of the plan that is not there. */
export function checkPlanFiles({ models, predictorPath, folder }: ServicePlan): void {
  const files = models.flatMap(({ name, origin }) =>
    origin.kind === "file" ? [{ path: origin.path, role: `inference.models.${name}` }] : [],
  );
  if (predictorPath !== undefined) files.push({ path: predictorPath, role: "inference.predictor" });
  checkFiles(files, folder);
}

function toPlannedModel(name: string, entry: ModelEntry, folder: string): PlannedModel {
  const { path } = entry;
  const origin = toModelOrigin(path, folder);
  if (origin.kind === "registry" && origin.store !== undefined && !isUri(origin.store)) {
    throw new InferenceError(
      "CONFIG_INVALID",
      `inference.models.${name} is ${path}, in a folder of this machine that a deployed function cannot read: name the model's file, which is then published, or a registry in a bucket, such as s3://bucket/prefix/${origin.registryName}@${origin.reference}.`,
    );
  }
  return { name, origin, ...treatmentOf(entry) };
}
