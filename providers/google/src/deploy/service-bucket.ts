import { InferenceError } from "@virga/core";
import type { ServicePlan } from "@virga/deploy";
import { DEFAULT_REGION, ownerLabels, registryBucket } from "./function-names.ts";
import { type GoogleApi, isRecord } from "./google-api.ts";
import { type Policy, withMember, withoutMember } from "./policy.ts";

const READER = "roles/storage.objectViewer";
/** Reads what has arrived and writes beside it; what it wrote before it may write again. */
const SCORER = "roles/storage.objectUser";

/**
 * Makes the service's own bucket where it is missing: closed to the public, in the function's region.
 *
 * @throws InferenceError `CONFIG_INVALID` where the bucket belongs to something else, or the user's is not there.
 */
export async function ensureBucket(api: GoogleApi, plan: ServicePlan): Promise<void> {
  const bucket = registryBucket(plan, api.project);
  const labels = ownerLabels(plan);
  if (plan.google.bucket !== undefined) {
    await requireBucket(api, plan, bucket, "inference.google.bucket");
    return;
  }
  const found = await findBucket(api, bucket);
  if (found !== undefined) return requireOwn(found, bucket, plan);
  await api.call({
    method: "POST",
    service: "storage",
    path: "storage/v1/b",
    query: { project: api.project },
    body: {
      name: bucket,
      location: regionOf(plan),
      labels,
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: "enforced" },
    },
    action: `create the bucket ${bucket}`,
  });
}

/** Lets a function's service account read the service's own bucket. */
export async function grantReading(api: GoogleApi, plan: ServicePlan, serviceAccount: string): Promise<void> {
  if (plan.google.bucket !== undefined) return;
  const bucket = registryBucket(plan, api.project);
  const action = `let ${serviceAccount} read the bucket ${bucket}`;
  await changePolicy(api, bucket, action, (policy) => withMember(policy, READER, `serviceAccount:${serviceAccount}`));
}

/** Lets a service account score what arrives in a bucket. */
export async function grantScoring(api: GoogleApi, bucket: string, serviceAccount: string): Promise<void> {
  const action = `let ${serviceAccount} read and write in the bucket ${bucket}`;
  await changePolicy(api, bucket, action, (policy) => withMember(policy, SCORER, `serviceAccount:${serviceAccount}`));
}

/** Takes back what `grantScoring` gave; a bucket that has gone is no failure. */
export async function revokeScoring(api: GoogleApi, bucket: string, serviceAccount: string): Promise<void> {
  if ((await findBucket(api, bucket)) === undefined) return;
  const action = `take the bucket ${bucket} from ${serviceAccount}`;
  await changePolicy(api, bucket, action, (policy) =>
    withoutMember(policy, SCORER, `serviceAccount:${serviceAccount}`),
  );
}

/** @param change gives nothing where the policy is as it should be. */
async function changePolicy(
  api: GoogleApi,
  bucket: string,
  action: string,
  change: (policy: Policy) => Policy | undefined,
): Promise<void> {
  const path = `storage/v1/b/${bucket}/iam`;
  const query = { optionsRequestedPolicyVersion: "3" };
  const changed = change(await api.call({ method: "GET", service: "storage", path, query, action }));
  if (changed !== undefined) await api.call({ method: "PUT", service: "storage", path, body: changed, action });
}

/** Whether the service's own bucket is there, and is its own. */
export async function hasOwnBucket(api: GoogleApi, plan: ServicePlan): Promise<boolean> {
  if (plan.google.bucket !== undefined) return false;
  const bucket = registryBucket(plan, api.project);
  const found = await findBucket(api, bucket);
  return found !== undefined && isOwn(found, plan);
}

/** Removes the service's own bucket, which has to be empty. */
export async function removeBucket(api: GoogleApi, plan: ServicePlan): Promise<void> {
  const bucket = registryBucket(plan, api.project);
  const path = `storage/v1/b/${bucket}`;
  await api.find({ method: "DELETE", service: "storage", path, action: `remove the bucket ${bucket}` });
}

/**
 * A bucket that a config names.
 *
 * @throws InferenceError `CONFIG_INVALID` with the command that makes it.
 */
export async function requireBucket(
  api: GoogleApi,
  plan: ServicePlan,
  bucket: string,
  key: string,
): Promise<Readonly<Record<string, unknown>>> {
  const found = await findBucket(api, bucket);
  if (found !== undefined) return found;
  const message = `There is no bucket ${bucket}, which ${key} names. Create it:\n  gcloud storage buckets create gs://${bucket} --project=${api.project} --location=${regionOf(plan)} --uniform-bucket-level-access --public-access-prevention`;
  throw new InferenceError("CONFIG_INVALID", message);
}

function findBucket(api: GoogleApi, bucket: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const path = `storage/v1/b/${bucket}`;
  return api.find({ method: "GET", service: "storage", path, action: `look at the bucket ${bucket}` });
}

function isOwn(found: Readonly<Record<string, unknown>>, plan: ServicePlan): boolean {
  const labels = isRecord(found["labels"]) ? found["labels"] : {};
  return Object.entries(ownerLabels(plan)).every(([name, value]) => labels[name] === value);
}

function requireOwn(found: Readonly<Record<string, unknown>>, bucket: string, plan: ServicePlan): void {
  if (isOwn(found, plan)) return;
  const message = `The bucket ${bucket} is there and does not belong to this service: name the one to use in inference.google.bucket.`;
  throw new InferenceError("CONFIG_INVALID", message);
}

function regionOf({ google }: ServicePlan): string {
  return google.region ?? DEFAULT_REGION;
}
