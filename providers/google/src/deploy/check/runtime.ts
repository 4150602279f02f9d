import { RUNTIME } from "../function-resource.ts";
import { advice, type Check, rule } from "./finding.ts";

/** Ends of a runtime, as dates. Source: Cloud Run functions, "Runtime support schedule", November 2026. */
const SCHEDULE: Readonly<Record<typeof RUNTIME, { readonly deprecated: string; readonly decommissioned: string }>> = {
  nodejs22: { deprecated: "2027-04-30", decommissioned: "2027-10-31" },
};
/** As long before its end as Google itself tells the owners of functions. Source: the same page. */
const NOTICE_DAYS = 90;
const DAY_MS = 24 * 60 * 60_000;

/** Whether the runtime is still offered. */
export const checkRuntime: Check = (_, { today = new Date() }) => {
  const { deprecated, decommissioned } = SCHEDULE[RUNTIME];
  const key = "service";
  const wayOut =
    "Update Virga to a version that deploys a newer one, or deploy the folder of `virga build --provider google` with --runtime=nodejs24";
  if (today.getTime() >= Date.parse(decommissioned)) {
    return rule(true, { key, rule: `Google takes no functions on ${RUNTIME} since ${decommissioned}`, wayOut });
  }
  return advice(today.getTime() >= Date.parse(deprecated) - NOTICE_DAYS * DAY_MS, {
    key,
    rule: `the runtime ${RUNTIME} ends on ${deprecated}, and Google takes no functions on it from ${decommissioned}`,
    wayOut,
  });
};
