import type { ServicePlan } from "@virga/deploy";
import { DEFAULT_REGION, FUNCTION_KEY, functionName, ownerLabels } from "./function-names.ts";
import { functionEnvironment, RUNTIME } from "./function-resource.ts";
import type { GoogleFacts } from "./google-facts.ts";
import { concurrencyOf, cpuOf } from "./instance-size.ts";

const PLAIN = /^[\w@%+=:,./-]+$/;

/** The command that deploys a source folder with a config's values, for a shell. */
export function gcloudCommand(plan: ServicePlan, facts: GoogleFacts, folder: string): string {
  const { region = DEFAULT_REGION, cpu, minInstances, maxInstances, serviceAccount, labels } = plan.google;
  const concurrency = concurrencyOf(plan);
  const words = [
    `gcloud functions deploy ${functionName(plan)}`,
    "--gen2",
    `--runtime=${RUNTIME}`,
    `--region=${region}`,
    `--project=${facts.project}`,
    `--source=${folder}`,
    `--entry-point=${FUNCTION_KEY}`,
    "--trigger-http",
    plan.access === "private" ? "--no-allow-unauthenticated" : "--allow-unauthenticated",
    `--memory=${plan.memoryMb}Mi`,
    ...(cpu !== undefined || concurrency > 1 ? [`--cpu=${cpuOf(plan)}`] : []),
    `--timeout=${Math.ceil(plan.timeoutSeconds)}s`,
    `--concurrency=${concurrency}`,
    ...(minInstances === undefined ? [] : [`--min-instances=${minInstances}`]),
    ...(maxInstances === undefined ? [] : [`--max-instances=${maxInstances}`]),
    ...(serviceAccount === undefined ? [] : [`--service-account=${serviceAccount}`]),
    `--set-env-vars=${toList(functionEnvironment(plan, facts))}`,
    `--update-labels=${toList({ ...labels, ...ownerLabels(plan) })}`,
  ];
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
