import type { ServicePlan } from "@virga/deploy";
import type { AwsFacts } from "../aws-facts.ts";
import { RUNTIME } from "../lambda-function.ts";
import { type Check, type Finding, refusal, warning } from "./finding.ts";

/** Ends of a managed runtime, as dates. Source: endoflife.date, "AWS Lambda", November 2026. */
const SCHEDULE: Readonly<Record<typeof RUNTIME, { readonly deprecated: string; readonly cutOff: string }>> = {
  "nodejs24.x": { deprecated: "2028-04-30", cutOff: "2028-07-01" },
};
/** As long before its end as AWS itself tells the owners of functions. */
const NOTICE_DAYS = 180;
const DAY_MS = 24 * 60 * 60_000;
/** Of Amazon Linux 2023, on which the runtime stands. */
const GLIBC = [2, 34] as const;

/** Whether the runtime is still offered, and carries the native code. */
export const checkRuntime: Check = (_plan: ServicePlan, facts) => [
  ...checkEnd(facts.today ?? new Date()),
  ...checkGlibc(facts),
];

function checkEnd(today: Date): readonly Finding[] {
  const { deprecated, cutOff } = SCHEDULE[RUNTIME];
  const wayOut = "Update Virga to a version that deploys a newer one";
  if (today.getTime() >= Date.parse(cutOff)) {
    return [refusal("service", `AWS takes no functions on ${RUNTIME} since ${cutOff}`, wayOut)];
  }
  if (today.getTime() < Date.parse(deprecated) - NOTICE_DAYS * DAY_MS) return [];
  const rule = `the runtime ${RUNTIME} ends on ${deprecated}, and AWS takes no functions on it from ${cutOff}`;
  return [warning("service", rule, wayOut)];
}

function checkGlibc({ neededGlibc = {} }: AwsFacts): readonly Finding[] {
  return Object.entries(neededGlibc)
    .filter(([, version]) => isNewer(version))
    .map(([file, version]) =>
      refusal(
        "inference.predictor",
        `${file} needs glibc ${version}, and the runtime ${RUNTIME} has ${GLIBC.join(".")}`,
        "Use a version of that package that was built for an older Linux",
      ),
    );
}

function isNewer(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > GLIBC[0] || (major === GLIBC[0] && minor > GLIBC[1]);
}
