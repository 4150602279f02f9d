import type { ServicePlan } from "../service-plan.ts";

const PREFIX = "virga";

/**
 * Below which key a service's registry lies in its bucket. A bucket that the config names may be that of many services
 * and stages, whose models and aliases must not meet.
 */
export function registryPrefix(
  { service, stage }: Pick<ServicePlan, "service" | "stage">,
  namedBucket: string | undefined,
): string {
  return namedBucket === undefined ? PREFIX : `${PREFIX}/${service}/${stage}`;
}
