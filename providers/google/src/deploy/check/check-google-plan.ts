import { InferenceError } from "@virga/core";
import type { ServicePlan } from "@virga/deploy";
import type { GoogleFacts } from "../google-facts.ts";
import { checkAccess } from "./access.ts";
import { type Check, describeFinding } from "./finding.ts";
import { checkInstance } from "./instance.ts";
import { checkMemory } from "./memory.ts";
import { checkModels } from "./models.ts";
import { checkNames } from "./names.ts";
import { checkRuntime } from "./runtime.ts";
import { checkScore } from "./score.ts";

const CHECKS: readonly Check[] = [
  checkNames,
  checkModels,
  checkMemory,
  checkInstance,
  checkAccess,
  checkScore,
  checkRuntime,
];

/**
 * Holds a plan against the rules of Google Cloud before anything is uploaded; needs no account. Gives what does not keep
 * it from being deployed, for people to read.
 *
 * @throws InferenceError `CONFIG_INVALID` with every problem at once: its key, the rule and the way out.
 */
export function checkGooglePlan(plan: ServicePlan, facts: GoogleFacts): readonly string[] {
  const findings = CHECKS.flatMap((check) => check(plan, facts));
  const refusals = findings.filter(({ isRefused }) => isRefused).map(describeFinding);
  if (refusals.length > 0) {
    const lines = ["This cannot be deployed to Google Cloud:", ...refusals.map((line) => `- ${line}`)];
    throw new InferenceError("CONFIG_INVALID", lines.join("\n"));
  }
  return findings.map(describeFinding);
}
