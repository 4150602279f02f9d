import { join } from "node:path";
import { createS3Store } from "@virga/aws";
import type { RegisteredModel } from "@virga/core";
import { Registry, WeightCache } from "@virga/core/weights";
import { CREDENTIALS, type Job, REGION } from "./subject.ts";

/** The job's model as a service would be given it, its cache empty. */
export function registrySource({ endpoint, bucket, name, directory, certificateAuthority }: Job): RegisteredModel {
  const credentials = async () => CREDENTIALS;
  const store = createS3Store({ bucket, endpoint: new URL(endpoint), region: REGION, credentials });
  return {
    kind: "registry",
    registry: new Registry(store),
    name,
    reference: "production",
    cache: new WeightCache({ directory: join(directory, "cache") }),
    ...(certificateAuthority && { fetch: { certificateAuthority } }),
  };
}
