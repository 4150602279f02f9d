import { InferenceError } from "@virga/core";
import type { ServicePlan } from "@virga/deploy";
import { functionName, registryBucket, scoreBucket } from "./function-names.ts";
import { functionEnvironment, MOST_EVENT_SECONDS } from "./function-resource.ts";
import type { GoogleFacts } from "./google-facts.ts";
import { concurrencyOf, cpuOf } from "./instance-size.ts";

/** Something that Google would refuse, or that its users would regret. */
interface Finding {
  readonly isRefused: boolean;
  /** As `serverless.yml` spells it, from its root. */
  readonly key: string;
  readonly rule: string;
  readonly wayOut: string;
}

type Check = (plan: ServicePlan, facts: GoogleFacts) => readonly Finding[];

const MB = 2 ** 20;
const MOST_NAME_CHARACTERS = 63;
const MOST_SECONDS = 3_600;
const MOST_MEMORY_MB = 32_768;
const SURE_MEMORY_MB = 16_384;
/** Node, onnxruntime and one large request. */
const FUNCTION_MB = 128;
const MOST_ENVIRONMENT_BYTES = 32_768;
const NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const REGION = /^[a-z]+-[a-z]+\d+$/;
const PROJECT = /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
/** Source: Cloud Storage, "Bucket name requirements". */
const BUCKET = /^(?!goog)(?!.*google)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

const checkNames: Check = (plan, { project }) => {
  const name = functionName(plan);
  const { region, bucket } = plan.google;
  const inbox = scoreBucket(plan);
  return [
    ...rule(name.length > MOST_NAME_CHARACTERS, {
      key: "service",
      rule: `the function's name ${name} has ${name.length} characters, and Google takes ${MOST_NAME_CHARACTERS}`,
      wayOut: `Shorten the service's name or the stage's by ${name.length - MOST_NAME_CHARACTERS}`,
    }),
    ...rule(!NAME.test(name), {
      key: "service",
      rule: `the function's name ${name} has to begin with a letter and to hold letters, digits and hyphens alone`,
      wayOut: "Write such a name for the service and the stage",
    }),
    ...rule(!PROJECT.test(project), {
      key: "inference.google.project",
      rule: `${project} is no id of a project`,
      wayOut: "Write the id, not the name: `gcloud projects list` shows both",
    }),
    ...rule(region !== undefined && !REGION.test(region), {
      key: "inference.google.region",
      rule: `${region} does not look like a region`,
      wayOut: "Write one such as us-central1",
    }),
    ...rule(bucket !== undefined && !BUCKET.test(bucket), {
      key: "inference.google.bucket",
      rule: `${bucket} is no name of a bucket`,
      wayOut: "Write its name alone: 3 to 63 lower-case letters, digits, dots, hyphens and underscores",
    }),
    ...rule(inbox !== undefined && !BUCKET.test(inbox), {
      key: "inference.google.score",
      rule: `${inbox} is no name of a bucket`,
      wayOut: "Write gs:// and its name, and a folder in it if need be",
    }),
  ];
};

const checkModels: Check = ({ models }) =>
  models.flatMap(({ name, origin }) =>
    rule(origin.kind === "registry" && origin.store !== undefined && !/^(gs|https):\/\//i.test(origin.store), {
      key: `inference.models.${name}`,
      rule: `a function on Google Cloud reads models from gs:// and https://, and this one is in ${origin.kind === "registry" ? origin.store : origin.path}`,
      wayOut: "Name the model's file, which is then published, or push it to a registry: gs://bucket/prefix/name@alias",
    }),
  );

const checkSize: Check = (plan, { modelSizeBytes }) => {
  const { memoryMb } = plan;
  const weightsMb = Math.ceil(Object.values(modelSizeBytes).reduce((sum, bytes) => sum + bytes, 0) / MB);
  const leastMb = FUNCTION_MB + weightsMb;
  const swapMb = FUNCTION_MB + 2 * weightsMb;
  return [
    ...rule(memoryMb < 128 || memoryMb > MOST_MEMORY_MB, {
      key: "inference.memory",
      rule: `a function has 128 to ${MOST_MEMORY_MB} MB of memory, and ${memoryMb} are asked for`,
      wayOut: "Write a whole number between",
    }),
    ...rule(memoryMb < leastMb, {
      key: "inference.memory",
      rule: `the disk of a function is memory: the weights take ${weightsMb} MB of it and the program ${FUNCTION_MB}, and ${memoryMb} are asked for`,
      wayOut: `Write inference.memory: ${swapMb}`,
    }),
    ...advice(memoryMb >= leastMb && memoryMb < swapMb, {
      key: "inference.memory",
      rule: `while a new version is taken up both are in memory, which takes ${swapMb} MB, and ${memoryMb} are asked for`,
      wayOut: `Write inference.memory: ${swapMb}`,
    }),
    ...advice(memoryMb > SURE_MEMORY_MB && memoryMb <= MOST_MEMORY_MB, {
      key: "inference.memory",
      rule: `not every region gives a function more than ${SURE_MEMORY_MB} MB`,
      wayOut: "Write less if the deployment is refused",
    }),
    ...rule(plan.timeoutSeconds > MOST_SECONDS, {
      key: "inference.timeout",
      rule: `a function answers within ${MOST_SECONDS} s, and ${plan.timeoutSeconds} are asked for`,
      wayOut: `Write at most ${MOST_SECONDS}`,
    }),
    ...rule(concurrencyOf(plan) > 1 && cpuOf(plan) < 1, {
      key: "inference.google.concurrency",
      rule: `more than one request at once needs a whole processor, and ${memoryMb} MB come with ${cpuOf(plan)}`,
      wayOut: "Write inference.google.cpu: 1, or leave out inference.google.concurrency",
    }),
    ...rule((plan.google.minInstances ?? 0) > (plan.google.maxInstances ?? Number.POSITIVE_INFINITY), {
      key: "inference.google.minInstances",
      rule: `${plan.google.minInstances} is more than maxInstances, ${plan.google.maxInstances}`,
      wayOut: "Write less, or raise inference.google.maxInstances",
    }),
  ];
};

const checkAccess: Check = (plan, facts) => {
  const variables = Object.entries(functionEnvironment(plan, facts));
  const bytes = Buffer.byteLength(variables.map(([name, value]) => name + value).join(""));
  const reserved = Object.keys(facts.environment ?? {}).filter((name) => RESERVED.test(name));
  return [
    ...rule(plan.access === "api-key" && facts.apiKeySha256 === undefined, {
      key: "inference.access",
      rule: "api-key needs a key, and there is none",
      wayOut: "Set the environment variable VIRGA_API_KEY to a secret such as `openssl rand -hex 32` gives",
    }),
    ...rule(bytes > MOST_ENVIRONMENT_BYTES, {
      key: "provider.environment",
      rule: `a function's environment has ${MOST_ENVIRONMENT_BYTES} bytes at most, and these variables have ${bytes}`,
      wayOut: "Keep long values elsewhere, such as in Secret Manager",
    }),
    ...rule(reserved.length > 0, {
      key: "provider.environment",
      rule: `${reserved.join(", ")} is set by Google itself`,
      wayOut: "Choose another name",
    }),
  ];
};

/** Source: Cloud Run functions, "Reserved environment variables". */
const RESERVED = /^(FUNCTION_TARGET|FUNCTION_SIGNATURE_TYPE|K_SERVICE|K_REVISION|K_CONFIGURATION|PORT)$/;

/** What arrives in a bucket is scored once, and nothing that this service writes there. */
const checkScore: Check = (plan, { project }) => {
  const bucket = scoreBucket(plan);
  if (bucket === undefined) return [];
  return [
    ...rule(bucket === registryBucket(plan, project), {
      key: "inference.google.score",
      rule: `${bucket} holds the service's models, and each file of a model that is published would be scored`,
      wayOut: "Name a bucket that holds no models",
    }),
    ...advice(plan.timeoutSeconds > MOST_EVENT_SECONDS, {
      key: "inference.timeout",
      rule: `an event is given ${MOST_EVENT_SECONDS} s, and ${plan.timeoutSeconds} are asked for`,
      wayOut: `An object is scored within ${MOST_EVENT_SECONDS} s or not at all`,
    }),
  ];
};

const CHECKS: readonly Check[] = [checkNames, checkModels, checkSize, checkAccess, checkScore];

/**
 * Holds a plan against the rules of Google Cloud before anything is uploaded; needs no account. Gives what does not keep
 * it from being deployed, for people to read.
 *
 * @throws InferenceError `CONFIG_INVALID` with every problem at once: its key, the rule and the way out.
 */
export function checkGooglePlan(plan: ServicePlan, facts: GoogleFacts): readonly string[] {
  const findings = CHECKS.flatMap((check) => check(plan, facts));
  const refusals = findings.filter(({ isRefused }) => isRefused).map(describe);
  if (refusals.length > 0) {
    const lines = ["This cannot be deployed to Google Cloud:", ...refusals.map((line) => `- ${line}`)];
    throw new InferenceError("CONFIG_INVALID", lines.join("\n"));
  }
  return findings.map(describe);
}

function rule(isBroken: boolean, finding: Omit<Finding, "isRefused">): readonly Finding[] {
  return isBroken ? [{ isRefused: true, ...finding }] : [];
}

function advice(isDue: boolean, finding: Omit<Finding, "isRefused">): readonly Finding[] {
  return isDue ? [{ isRefused: false, ...finding }] : [];
}

function describe({ key, rule: text, wayOut }: Finding): string {
  return `${key}: ${text}. ${wayOut}.`;
}
