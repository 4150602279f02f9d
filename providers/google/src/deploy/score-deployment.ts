import type { ServicePlan } from "@virga/deploy";
import { type DeployedFunction, deployFunction, findFunction, removeFunction } from "./function-deployment.ts";
import { ownerLabels, SCORE_KEY } from "./function-names.ts";
import type { ScoreTrigger } from "./function-resource.ts";
import type { GoogleApi } from "./google-api.ts";
import type { GoogleFacts } from "./google-facts.ts";
import { grantInvoking } from "./invoker-policy.ts";
import { grantScoring, revokeScoring } from "./service-bucket.ts";

/**
 * Deploys the function that scores what arrives in a bucket, and gives its service account what that takes of the bucket
 * and of the function; each step may be repeated.
 *
 * @throws InferenceError `CONFIG_INVALID` in words that say what to do.
 */
export async function deployScore(
  api: GoogleApi,
  plan: ServicePlan,
  facts: GoogleFacts,
  zipPath: string,
  trigger: ScoreTrigger,
): Promise<DeployedFunction> {
  const existing = await findFunction(api, plan, SCORE_KEY);
  // A trigger stays where its bucket is, so that it cannot move to another.
  if (existing?.trigger !== undefined && !isSame(existing.trigger, trigger)) await removeScore(api, plan);
  // Before the function, whose first event may come at once.
  await grantScoring(api, trigger.bucket, trigger.serviceAccount);
  const deployed = await deployFunction(api, plan, facts, zipPath, trigger);
  await grantInvoking(api, deployed.service, trigger.serviceAccount);
  return deployed;
}

/**
 * Removes that function and takes back what its service account was given, also where the config no longer names a bucket
 * for it. A function of the same name that is another service's stays.
 *
 * @returns whether it was there.
 */
export async function removeScore(api: GoogleApi, plan: ServicePlan): Promise<boolean> {
  const found = await findFunction(api, plan, SCORE_KEY);
  if (found === undefined || !isOwn(found, plan)) return false;
  await removeFunction(api, plan, SCORE_KEY);
  if (found.trigger !== undefined) await revokeScoring(api, found.trigger.bucket, found.trigger.serviceAccount);
  return true;
}

function isOwn({ labels }: DeployedFunction, plan: ServicePlan): boolean {
  return Object.entries(ownerLabels(plan)).every(([name, value]) => labels[name] === value);
}

function isSame(one: ScoreTrigger, other: ScoreTrigger): boolean {
  return one.bucket === other.bucket && one.region === other.region && one.serviceAccount === other.serviceAccount;
}
