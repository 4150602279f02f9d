import type { ServiceOptions } from "@virga/core";
import { loadPredictor } from "./load-predictor.ts";
import { bundlePredictor } from "./predictor-bundle.ts";
import type { ServiceDefinition } from "./service-definition.ts";

/** A service as the core takes it, and the files that its predictor was made of. */
export interface LoadedService {
  readonly options: ServiceOptions;
  readonly predictorFiles: readonly string[];
}

/** Loads the predictor, if there is one. @throws InferenceError `CONFIG_INVALID` when it cannot be loaded. */
export async function toAppOptions({ name, models, predictorPath }: ServiceDefinition): Promise<LoadedService> {
  const options: ServiceOptions = {
    ...(name === undefined ? {} : { name }),
    models: Object.fromEntries(models.map((model) => [model.name, { source: model.path, ...labelsOf(model) }])),
  };
  if (predictorPath === undefined) return { options, predictorFiles: [] };
  const bundle = await bundlePredictor(predictorPath);
  const predictor = await loadPredictor(bundle, predictorPath);
  return { options: { ...options, predictor }, predictorFiles: bundle.files };
}

function labelsOf({ labels }: { labels?: readonly string[] }): { labels?: readonly string[] } {
  return labels === undefined ? {} : { labels };
}
