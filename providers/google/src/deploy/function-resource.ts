import type { ServicePlan } from "@virga/deploy";
import { FUNCTION_KEY, functionName, locationOf, ownerLabels, registryUri } from "./function-names.ts";
import type { GoogleFacts } from "./google-facts.ts";
import { concurrencyOf } from "./instance-size.ts";

/** The managed runtime of the deployed function. */
export const RUNTIME = "nodejs22";

/** Where an uploaded source lies. */
export interface StorageSource {
  readonly bucket: string;
  readonly object: string;
}

/** A function as the API takes it. Source: Cloud Functions API v2, `projects.locations.functions`. */
export interface FunctionResource {
  readonly name: string;
  readonly environment: "GEN_2";
  readonly buildConfig: {
    readonly runtime: typeof RUNTIME;
    readonly entryPoint: string;
    readonly source: { readonly storageSource: StorageSource };
  };
  readonly serviceConfig: {
    /** Such as `1024Mi`. */
    readonly availableMemory: string;
    readonly availableCpu?: string;
    readonly timeoutSeconds: number;
    readonly maxInstanceRequestConcurrency: number;
    readonly minInstanceCount?: number;
    readonly maxInstanceCount?: number;
    readonly serviceAccountEmail?: string;
    readonly environmentVariables: Readonly<Record<string, string>>;
    readonly ingressSettings: "ALLOW_ALL";
    readonly allTrafficOnLatestRevision: true;
  };
  readonly labels: Readonly<Record<string, string>>;
}

/** The function of a service, around a source that has been uploaded. */
export function toFunctionResource(plan: ServicePlan, facts: GoogleFacts, source: StorageSource): FunctionResource {
  const { cpu, minInstances, maxInstances, serviceAccount, labels } = plan.google;
  return {
    name: `${locationOf(plan, facts.project)}/functions/${functionName(plan)}`,
    environment: "GEN_2",
    buildConfig: { runtime: RUNTIME, entryPoint: FUNCTION_KEY, source: { storageSource: source } },
    serviceConfig: {
      availableMemory: `${plan.memoryMb}Mi`,
      ...(cpu !== undefined && { availableCpu: String(cpu) }),
      timeoutSeconds: Math.ceil(plan.timeoutSeconds),
      maxInstanceRequestConcurrency: concurrencyOf(plan),
      ...(minInstances !== undefined && { minInstanceCount: minInstances }),
      ...(maxInstances !== undefined && { maxInstanceCount: maxInstances }),
      ...(serviceAccount !== undefined && { serviceAccountEmail: serviceAccount }),
      environmentVariables: functionEnvironment(plan, facts),
      ingressSettings: "ALLOW_ALL",
      allTrafficOnLatestRevision: true,
    },
    labels: { ...labels, ...ownerLabels(plan) },
  };
}

/** What the function is told beside what is in its bundle. */
export function functionEnvironment(plan: ServicePlan, facts: GoogleFacts): Readonly<Record<string, string>> {
  const { apiKeySha256 } = facts;
  return {
    ...facts.environment,
    VIRGA_STORE: registryUri(plan, facts.project),
    GOOGLE_CLOUD_PROJECT: facts.project,
    ...(plan.access === "api-key" && apiKeySha256 !== undefined && { VIRGA_API_KEY_SHA256: apiKeySha256 }),
  };
}
