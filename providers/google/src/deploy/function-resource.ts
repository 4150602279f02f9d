import type { ServicePlan } from "@virga/deploy";
import {
  FUNCTION_KEY,
  type FunctionKey,
  functionName,
  locationOf,
  ownerLabels,
  registryUri,
  SCORE_KEY,
} from "./function-names.ts";
import type { GoogleFacts } from "./google-facts.ts";
import { concurrencyOf } from "./instance-size.ts";

/** The managed runtime of the deployed function. */
export const RUNTIME = "nodejs22";

/** What happens when an object has arrived. Source: Eventarc, event types of Cloud Storage. */
export const FINALIZED = "google.cloud.storage.object.v1.finalized";

/** An event is given less time than a request. Source: Cloud Run functions, "Quotas and limits". */
export const MOST_EVENT_SECONDS = 540;

/** What makes the function that scores objects run. */
export interface ScoreTrigger {
  readonly bucket: string;
  /** Where the bucket is, such as `us-central1` or `eu`: its events are found there alone. */
  readonly region: string;
  /** Calls the function with the events. */
  readonly serviceAccount: string;
}

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
    readonly entryPoint: FunctionKey;
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
  readonly eventTrigger?: {
    readonly triggerRegion: string;
    readonly eventType: typeof FINALIZED;
    readonly eventFilters: readonly { readonly attribute: "bucket"; readonly value: string }[];
    readonly retryPolicy: "RETRY_POLICY_RETRY";
    readonly serviceAccountEmail: string;
  };
  readonly labels: Readonly<Record<string, string>>;
}

/** The function of a service that answers requests, around a source that has been uploaded. */
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

/** The function of a service that scores what arrives in a bucket. Nobody waits for it, so that no instance is kept. */
export function toScoreResource(
  plan: ServicePlan,
  facts: GoogleFacts,
  source: StorageSource,
  { bucket, region, serviceAccount }: ScoreTrigger,
): FunctionResource {
  const { serviceConfig, buildConfig, ...rest } = toFunctionResource(plan, facts, source);
  const { minInstanceCount: _, ...config } = serviceConfig;
  return {
    ...rest,
    name: `${locationOf(plan, facts.project)}/functions/${functionName(plan, SCORE_KEY)}`,
    buildConfig: { ...buildConfig, entryPoint: SCORE_KEY },
    serviceConfig: {
      ...config,
      timeoutSeconds: eventSeconds(plan),
      environmentVariables: functionEnvironment(plan, facts, SCORE_KEY),
    },
    eventTrigger: {
      triggerRegion: region,
      eventType: FINALIZED,
      eventFilters: [{ attribute: "bucket", value: bucket }],
      retryPolicy: "RETRY_POLICY_RETRY",
      serviceAccountEmail: serviceAccount,
    },
  };
}

/** Time that is asked for to score one object, in seconds. */
export function eventSeconds({ timeoutSeconds }: ServicePlan): number {
  return Math.min(Math.ceil(timeoutSeconds), MOST_EVENT_SECONDS);
}

/** What a function is told beside what is in its bundle. */
export function functionEnvironment(
  plan: ServicePlan,
  facts: GoogleFacts,
  key: FunctionKey = FUNCTION_KEY,
): Readonly<Record<string, string>> {
  const { apiKeySha256 } = facts;
  const { score } = plan.google;
  return {
    ...facts.environment,
    VIRGA_STORE: registryUri(plan, facts.project),
    GOOGLE_CLOUD_PROJECT: facts.project,
    ...(plan.access === "api-key" && apiKeySha256 !== undefined && { VIRGA_API_KEY_SHA256: apiKeySha256 }),
    ...(key === SCORE_KEY && score !== undefined && { VIRGA_SCORE: score }),
  };
}
