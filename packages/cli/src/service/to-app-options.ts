import { join } from "node:path";
import { type ModelConfig, type RegisteredModel, type ServiceOptions, treatmentOf } from "@virga/core";
import { Registry, WeightCache } from "@virga/core/weights";
import type { Terminal } from "../print/terminal.ts";
import { openStore } from "../registry/open-store.ts";
import { loadPredictor } from "./load-predictor.ts";
import type { ModelPlace } from "./model-place.ts";
import { bundlePredictor } from "./predictor-bundle.ts";
import type { ServiceDefinition } from "./service-definition.ts";

/** Where fetched weights are kept, and how often an alias is looked up for a move. */
const CACHE_FOLDER = join(".virga", "cache");
const REFRESH_MS = 5_000;

/** A service as the core takes it, and the files that its predictor was made of. */
export interface LoadedService {
  readonly options: ServiceOptions;
  readonly predictorFiles: readonly string[];
}

/** Loads the predictor, if there is one. @throws InferenceError `CONFIG_INVALID` when it cannot be loaded. */
export async function toAppOptions(
  { name, models, predictorPath }: ServiceDefinition,
  terminal: Terminal,
): Promise<LoadedService> {
  const sources = await Promise.all(
    models.map(async (model): Promise<[string, ModelConfig]> => {
      return [model.name, { source: await toSource(model.place, terminal), ...treatmentOf(model) }];
    }),
  );
  const options: ServiceOptions = { ...(name && { name }), models: Object.fromEntries(sources) };
  if (predictorPath === undefined) return { options, predictorFiles: [] };
  const bundle = await bundlePredictor(predictorPath);
  const predictor = await loadPredictor(bundle, predictorPath);
  return { options: { ...options, predictor }, predictorFiles: bundle.files };
}

async function toSource(place: ModelPlace, terminal: Terminal): Promise<ModelConfig["source"]> {
  return place.kind === "file" ? place.path : toRegisteredModel(place, terminal);
}

/** A model of a registry, cached in `.virga` of the folder. */
export async function toRegisteredModel(
  place: ModelPlace & { kind: "registry" },
  { folder, environment }: Terminal,
): Promise<RegisteredModel> {
  const registry = new Registry(await openStore(place.store, folder, environment));
  const cache = new WeightCache({ directory: join(folder, CACHE_FOLDER) });
  return {
    kind: "registry",
    registry,
    name: place.registryName,
    reference: place.reference,
    cache,
    refreshMs: REFRESH_MS,
  };
}
