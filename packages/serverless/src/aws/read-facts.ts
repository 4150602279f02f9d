import type { AwsFacts } from "@virga/aws/deploy";
import { InferenceError } from "@virga/core";
import {
  describeApiKey,
  describeManifest,
  type PlannedModel,
  readRuntimeGlibc,
  type ServicePlan,
  type StudiedModel,
  studyModels,
} from "@virga/deploy";
import type { ServiceProvider } from "../serverless.ts";
import { bringsRole } from "./brings-role.ts";
import type { Environment, ServiceRegistries } from "./service-registries.ts";

const API_KEY = "VIRGA_API_KEY";

/** What is known of a deployment without looking at its models. */
export function readPlainFacts({ access }: ServicePlan, provider: ServiceProvider, variables: Environment): AwsFacts {
  const { deploymentBucket, environment, iam, vpc } = provider;
  const namesRole = bringsRole(provider) || (typeof iam?.role === "object" && iam.role.name !== undefined);
  const key = variables[API_KEY];
  return {
    modelSizeBytes: {},
    namesRole,
    hasNetwork: vpc?.securityGroupIds !== undefined && vpc.subnetIds !== undefined,
    ...(access === "api-key" && key && describeApiKey(key)),
    ...(deploymentBucket && { deploymentBucket }),
    ...(environment && { environment }),
  };
}

/**
 * Looks at the models and the artefact as well.
 *
 * @throws InferenceError `MODEL_UNKNOWN` for a model that its registry does not have, and what preparing a model throws.
 */
export async function readFacts(
  plan: ServicePlan,
  plainFacts: AwsFacts,
  registries: ServiceRegistries,
  report: (text: string) => void,
): Promise<AwsFacts> {
  const models = { ...(await studyModels(plan, report)), ...(await lookUpModels(plan, registries)) };
  return {
    ...plainFacts,
    modelSizeBytes: pick(models, ({ sizeBytes }) => sizeBytes),
    signatures: pick(models, ({ signature }) => signature),
    modelMemory: pick(models, ({ memory }) => memory),
    neededGlibc: await readRuntimeGlibc(plan.aws.architecture ?? "x64"),
  };
}

function pick<Value>(
  models: Readonly<Record<string, StudiedModel>>,
  toValue: (model: StudiedModel) => Value | undefined,
): Record<string, Value> {
  const values = Object.entries(models).flatMap(([name, model]): [string, Value][] => {
    const value = toValue(model);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(values);
}

async function lookUpModels(
  { models }: ServicePlan,
  registries: ServiceRegistries,
): Promise<Record<string, StudiedModel>> {
  const found = models.map(async ({ name, origin }): Promise<[string, StudiedModel][]> => {
    return origin.kind === "file" ? [] : [[name, await lookUp(name, origin, registries)]];
  });
  return Object.fromEntries((await Promise.all(found)).flat());
}

type RegistryOrigin = Extract<PlannedModel["origin"], { kind: "registry" }>;

async function lookUp(
  name: string,
  { store, registryName, reference }: RegistryOrigin,
  registries: ServiceRegistries,
): Promise<StudiedModel> {
  try {
    const registry = store === undefined ? await registries.openOwn() : registries.open(store);
    return describeManifest((await registry.resolve(registryName, reference)).manifest);
  } catch (error) {
    if (!InferenceError.is(error)) throw error;
    throw new InferenceError(error.code, `inference.models.${name}: ${error.message}`, { cause: error });
  }
}
