import type { ServicePlan } from "@virga/deploy";
import type { GoogleApi } from "./google-api.ts";
import { type Policy, withMember, withoutMember } from "./policy.ts";

const ROLE = "roles/run.invoker";
const EVERYBODY = "allUsers";

/**
 * Lets everybody through to a service that is public or asks for a key by itself, and nobody new to a private one.
 *
 * @param service the Cloud Run service, such as `projects/p/locations/r/services/s`.
 */
export async function applyAccess(api: GoogleApi, service: string, access: ServicePlan["access"]): Promise<void> {
  const change = access === "private" ? withoutMember : withMember;
  await changePolicy(api, service, (policy) => change(policy, ROLE, EVERYBODY));
}

/** Lets a service account call a service. */
export async function grantInvoking(api: GoogleApi, service: string, serviceAccount: string): Promise<void> {
  await changePolicy(api, service, (policy) => withMember(policy, ROLE, `serviceAccount:${serviceAccount}`));
}

/** @param change gives nothing where the policy is as it should be. */
async function changePolicy(
  api: GoogleApi,
  service: string,
  change: (policy: Policy) => Policy | undefined,
): Promise<void> {
  const action = "settle who may call the function";
  const policy = await api.call({
    method: "GET",
    service: "run",
    path: `v2/${service}:getIamPolicy`,
    query: { "options.requestedPolicyVersion": "3" },
    action,
  });
  const changed = change(policy);
  if (changed === undefined) return;
  // With the etag that was read, so that a change of somebody else in between is not lost.
  await api.call({
    method: "POST",
    service: "run",
    path: `v2/${service}:setIamPolicy`,
    body: { policy: changed },
    action,
  });
}
