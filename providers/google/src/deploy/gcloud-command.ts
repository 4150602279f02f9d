import type { ServicePlan } from "@virga/deploy";
import {
  DEFAULT_REGION,
  FUNCTION_KEY,
  type FunctionKey,
  functionName,
  ownerLabels,
  SCORE_KEY,
  scoreBucket,
} from "./function-names.ts";
import { eventSeconds, functionEnvironment, RUNTIME } from "./function-resource.ts";
import type { GoogleFacts } from "./google-facts.ts";
import { concurrencyOf, cpuOf } from "./instance-size.ts";

const PLAIN = /^[\w@%+=:,./-]+$/;

/** The command that deploys a source folder with a config's values, for a shell. */
export function gcloudCommand(plan: ServicePlan, facts: GoogleFacts, folder: string): string {
  const { minInstances } = plan.google;
  return join([
    ...startOf(plan, facts, folder, FUNCTION_KEY),
    "--trigger-http",
    plan.access === "private" ? "--no-allow-unauthenticated" : "--allow-unauthenticated",
    ...sizeOf(plan),
    `--timeout=${Math.ceil(plan.timeoutSeconds)}s`,
    ...(minInstances === undefined ? [] : [`--min-instances=${minInstances}`]),
    ...endOf(plan, facts, FUNCTION_KEY),
  ]);
}

/**
 * The commands that deploy the same folder as the function that scores objects, and grant what its events need; none where
 * the config names no bucket for it.
 */
export function gcloudScoreCommands(plan: ServicePlan, facts: GoogleFacts, folder: string): readonly string[] {
  const bucket = scoreBucket(plan);
  if (bucket === undefined) return [];
  const { project } = facts;
  const { serviceAccount, region = DEFAULT_REGION } = plan.google;
  const number = `$(gcloud projects describe ${project} --format='value(projectNumber)')`;
  const account = serviceAccount ?? `${number}-compute@developer.gserviceaccount.com`;
  const agent = `$(gcloud storage service-agent --project=${project})`;
  const grant = (to: string, role: string): string =>
    `gcloud projects add-iam-policy-binding ${project} --member="serviceAccount:${to}" --role=${role}`;
  const name = functionName(plan, SCORE_KEY);
  const deploy = join([
    ...startOf(plan, facts, folder, SCORE_KEY),
    `--trigger-bucket=gs://${bucket}`,
    ...(serviceAccount === undefined ? [] : [`--trigger-service-account=${serviceAccount}`]),
    "--retry",
    ...sizeOf(plan),
    `--timeout=${eventSeconds(plan)}s`,
    ...endOf(plan, facts, SCORE_KEY),
  ]);
  // A trigger is where its bucket is, which is not known here.
  const location = `"$(gcloud storage buckets describe gs://${bucket} --format='value(location.lower())')"`;
  return [
    grant(agent, "roles/pubsub.publisher"),
    grant(account, "roles/eventarc.eventReceiver"),
    `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member="serviceAccount:${account}" --role=roles/storage.objectUser`,
    `${deploy} \\\n  --trigger-location=${location}`,
    `gcloud functions add-invoker-policy-binding ${name} --region=${region} --project=${project} --member="serviceAccount:${account}"`,
  ];
}

function startOf(plan: ServicePlan, facts: GoogleFacts, folder: string, key: FunctionKey): readonly string[] {
  return [
    `gcloud functions deploy ${functionName(plan, key)}`,
    "--gen2",
    `--runtime=${RUNTIME}`,
    `--region=${plan.google.region ?? DEFAULT_REGION}`,
    `--project=${facts.project}`,
    `--source=${folder}`,
    `--entry-point=${key}`,
  ];
}

function sizeOf(plan: ServicePlan): readonly string[] {
  const { cpu, maxInstances } = plan.google;
  const concurrency = concurrencyOf(plan);
  return [
    `--memory=${plan.memoryMb}Mi`,
    ...(cpu !== undefined || concurrency > 1 ? [`--cpu=${cpuOf(plan)}`] : []),
    `--concurrency=${concurrency}`,
    ...(maxInstances === undefined ? [] : [`--max-instances=${maxInstances}`]),
  ];
}

function endOf(plan: ServicePlan, facts: GoogleFacts, key: FunctionKey): readonly string[] {
  const { serviceAccount, labels } = plan.google;
  return [
    ...(serviceAccount === undefined ? [] : [`--service-account=${serviceAccount}`]),
    `--set-env-vars=${toList(functionEnvironment(plan, facts, key))}`,
    `--update-labels=${toList({ ...labels, ...ownerLabels(plan) })}`,
  ];
}

function join(words: readonly string[]): string {
  return words.map((word, index) => (index === 0 ? word : quote(word))).join(" \\\n  ");
}

/** A list in gcloud's own form; its separator is replaced where a value has it. Source: `gcloud topic escaping`. */
function toList(values: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  if (!pairs.some((pair) => pair.includes(","))) return pairs.join(",");
  const separator = ["@", ":", "#", "~", "|"].find((each) => !pairs.some((pair) => pair.includes(each))) ?? "@@";
  return `^${separator}^${pairs.join(separator)}`;
}

function quote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
