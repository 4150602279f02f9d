import { InferenceError } from "../errors.ts";
import { WeightCache } from "./cache/weight-cache.ts";
import type { DeployedService } from "./deployed-service.ts";
import type { ModelConfig } from "./model-library.ts";
import { treatmentOf } from "./model-treatment.ts";
import { Registry } from "./registry/registry.ts";
import type { ModelStore } from "./store/model-store.ts";

/** What an instance knows of where models are. */
export interface DeployedPlace {
  readonly cacheFolder: string;
  /** URI of the service's own registry; `VIRGA_STORE`. */
  readonly ownStoreUri: string | undefined;
  /** Opens a registry's store to read. */
  openStore(uri: string): ModelStore;
}

/**
 * The models of a deployed service, each from its registry through one cache.
 *
 * @throws InferenceError `CONFIG_INVALID` for a model whose registry is named nowhere.
 */
export function deployedModels(service: DeployedService, place: DeployedPlace): Record<string, ModelConfig> {
  const cache = new WeightCache({ directory: place.cacheFolder });
  const registries = new Map<string, Registry>();
  const registryAt = (uri: string): Registry => {
    const registry = registries.get(uri) ?? new Registry(place.openStore(uri));
    registries.set(uri, registry);
    return registry;
  };
  const models = Object.entries(service.models).map(([name, model]): [string, ModelConfig] => {
    const uri = model.store ?? place.ownStoreUri;
    if (uri === undefined) {
      throw new InferenceError("CONFIG_INVALID", `There is no store for ${name}: set the variable VIRGA_STORE.`);
    }
    const { registryName: registered, reference } = model;
    const source = { kind: "registry", registry: registryAt(uri), name: registered, reference, cache } as const;
    return [name, { source, ...treatmentOf(model) }];
  });
  return Object.fromEntries(models);
}
