import { type DeployedService, InferenceError, type ModelConfig } from "@virga/core";
import { type ModelStore, Registry, WeightCache } from "@virga/core/weights";

/** The models of a deployed service, each from its registry through one cache. */
export function toModels(
  service: DeployedService,
  cacheFolder: string,
  openStore: (uri: string) => ModelStore,
  ownStoreUri: string | undefined,
): Record<string, ModelConfig> {
  const cache = new WeightCache({ directory: cacheFolder });
  const registries = new Map<string, Registry>();
  const registryAt = (uri: string): Registry => {
    const registry = registries.get(uri) ?? new Registry(openStore(uri));
    registries.set(uri, registry);
    return registry;
  };
  const models = Object.entries(service.models).map(([name, model]): [string, ModelConfig] => {
    const uri = model.store ?? ownStoreUri;
    if (uri === undefined) {
      throw new InferenceError("CONFIG_INVALID", `There is no store for ${name}: set the variable VIRGA_STORE.`);
    }
    const { registryName, reference, labels } = model;
    const source = { kind: "registry", registry: registryAt(uri), name: registryName, reference, cache } as const;
    return [name, { source, ...(labels && { labels }) }];
  });
  return Object.fromEntries(models);
}
