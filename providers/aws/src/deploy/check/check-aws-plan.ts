import { InferenceError } from "@virga/core";
import type { ServicePlan } from "@virga/deploy";
import type { AwsFacts } from "../aws-facts.ts";
import { checkAccess } from "./access.ts";
import { type Check, describeFinding } from "./finding.ts";
import { checkFront } from "./front.ts";
import { checkMemory } from "./memory.ts";
import { checkModels } from "./models.ts";
import { checkNames } from "./names.ts";
import { checkNetwork } from "./network.ts";
import { checkPayload } from "./payload.ts";
import { checkRuntime } from "./runtime.ts";

const CHECKS: readonly Check[] = [
  checkNames,
  checkModels,
  checkMemory,
  checkFront,
  checkNetwork,
  checkPayload,
  checkAccess,
  checkRuntime,
];

/**
 * Holds a plan against the rules of AWS before anything is uploaded; needs no account. Gives what does not keep it from
 * being deployed, for people to read.
 *
 * @throws InferenceError `CONFIG_INVALID` with every problem at once: its key, the rule and the way out.
 */
export function checkAwsPlan(plan: ServicePlan, facts: AwsFacts): readonly string[] {
  const findings = CHECKS.flatMap((check) => check(plan, facts));
  const refusals = findings.filter(({ isRefused }) => isRefused).map(describeFinding);
  if (refusals.length > 0) {
    const lines = ["This cannot be deployed to AWS:", ...refusals.map((line) => `- ${line}`)];
    throw new InferenceError("CONFIG_INVALID", lines.join("\n"));
  }
  return findings.map(describeFinding);
}
