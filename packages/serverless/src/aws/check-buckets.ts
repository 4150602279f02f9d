import type { ServicePlan } from "@virga/deploy";
import type { ServiceRegistries } from "./service-registries.ts";

/**
 * Buckets of the user's must be there, in the function's region and readable, before anything is uploaded elsewhere.
 *
 * @throws InferenceError `CONFIG_INVALID`, `WEIGHTS_MISSING` or `WEIGHTS_DENIED`.
 */
export async function checkBuckets({ aws, models }: ServicePlan, registries: ServiceRegistries): Promise<void> {
  for (const { name, origin } of models) {
    if (origin.kind === "registry" && origin.store !== undefined) {
      await registries.checkRegion(origin.store, `inference.models.${name}`);
    }
  }
  if (aws.bucket === undefined) return;
  const { store } = await registries.openOwn();
  await registries.checkRegion(store.uri, "inference.aws.bucket");
  for await (const _object of store.list("")) break;
}
