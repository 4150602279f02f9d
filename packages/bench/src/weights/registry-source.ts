import { join } from "node:path";
import { createS3Reader } from "@virga/aws";
import type { RegisteredModel } from "@virga/core";
import { Registry, WeightCache } from "@virga/core/weights";
import { CREDENTIALS, type Job, REGION } from "./subject.ts";

/** The job's model as a service would be given it, its cache empty. */
export function registrySource({ endpoint, bucket, name, directory, certificateAuthority }: Job): RegisteredModel {
  const access = { region: async () => REGION, credentials: async () => CREDENTIALS };
  const store = createS3Reader({ bucket, endpoint: new URL(endpoint), ...access });
  return {
    kind: "registry",
    registry: new Registry(store),
    name,
    reference: "production",
    cache: new WeightCache({ directory: join(directory, "cache") }),
    ...(certificateAuthority && { fetch: { certificateAuthority } }),
  };
}
