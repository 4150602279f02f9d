import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type AwsFacts, describeApiKey } from "@virga/aws/deploy";
import { InferenceError } from "@virga/core";
import { openSourceModel } from "@virga/core/weights";
import type { ServicePlan } from "@virga/deploy";
import type { ServiceProvider } from "../serverless.ts";
import type { Environment } from "./service-registry.ts";

const API_KEY = "VIRGA_API_KEY";

/**
 * What a deployment needs to know beside its plan.
 *
 * @throws InferenceError `CONFIG_INVALID` for `access: api-key` without a key, and what reading a model throws.
 */
export async function readFacts(
  { models, access }: ServicePlan,
  { environment, deploymentBucket }: ServiceProvider,
  variables: Environment,
): Promise<AwsFacts> {
  const sizes = models.map(
    async ({ name, origin }): Promise<[string, number][]> =>
      origin.kind === "file" ? [[name, await sizeOf(origin.path)]] : [],
  );
  return {
    modelSizeBytes: Object.fromEntries((await Promise.all(sizes)).flat()),
    ...(access === "api-key" && describeApiKey(readApiKey(variables))),
    ...(typeof deploymentBucket === "string" && { deploymentBucket }),
    ...(environment && { environment }),
  };
}

async function sizeOf(path: string): Promise<number> {
  const { locations } = await openSourceModel(path);
  const files = [path, ...locations.map((location) => join(dirname(path), location))];
  const stats = await Promise.all(files.map((file) => stat(file)));
  return stats.reduce((sum, { size }) => sum + size, 0);
}

function readApiKey(variables: Environment): string {
  const key = variables[API_KEY];
  if (key) return key;
  throw new InferenceError(
    "CONFIG_INVALID",
    `inference.access is api-key, and the environment has no key: set ${API_KEY} to a secret of at least 32 characters, such as the output of \`openssl rand -hex 32\`. Only its SHA-256 is deployed.`,
  );
}
