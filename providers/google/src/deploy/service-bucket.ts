import { InferenceError } from "@virga/core";
import type { ServicePlan } from "@virga/deploy";
import { DEFAULT_REGION, ownerLabels, registryBucket } from "./function-names.ts";
import { type GoogleApi, isRecord } from "./google-api.ts";
import { withMember } from "./policy.ts";

const READER = "roles/storage.objectViewer";

/**
 * Makes the service's own bucket where it is missing: closed to the public, in the function's region.
 *
 * @throws InferenceError `CONFIG_INVALID` where the bucket belongs to something else, or the user's is not there.
 */
export async function ensureBucket(api: GoogleApi, plan: ServicePlan): Promise<void> {
  const bucket = registryBucket(plan, api.project);
  const labels = ownerLabels(plan);
  const found = await findBucket(api, bucket);
  if (plan.google.bucket !== undefined) {
    if (found !== undefined) return;
    const message = `There is no bucket ${bucket}, which inference.google.bucket names. Create it:\n  gcloud storage buckets create gs://${bucket} --project=${api.project} --location=${regionOf(plan)} --uniform-bucket-level-access --public-access-prevention`;
    throw new InferenceError("CONFIG_INVALID", message);
  }
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
  const path = `storage/v1/b/${bucket}/iam`;
  const query = { optionsRequestedPolicyVersion: "3" };
  const policy = await api.call({ method: "GET", service: "storage", path, query, action });
  const changed = withMember(policy, READER, `serviceAccount:${serviceAccount}`);
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
