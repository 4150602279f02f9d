import { InferenceError } from "@virga/core";
import type { ServicePlan } from "@virga/deploy";
import { scoreBucket } from "./function-names.ts";
import type { ScoreTrigger } from "./function-resource.ts";
import { type GoogleApi, textOf } from "./google-api.ts";
import { hasRole, type Policy } from "./policy.ts";
import { requireBucket } from "./service-bucket.ts";

/** A trigger that can be deployed, and which roles it may still lack. */
export interface FoundTrigger {
  readonly trigger: ScoreTrigger;
  /** For people to read, with the commands that grant what is missing. */
  readonly warnings: readonly string[];
}

/** A role that events need, beside those that hold its permissions as well. */
interface NeededRole {
  readonly account: string;
  readonly role: string;
  readonly others: readonly string[];
}

/** Source: IAM, "Basic and predefined roles reference". */
const BASIC_ROLES = ["roles/editor", "roles/owner"];

/**
 * Looks at the bucket that a plan names for scoring and at the roles that its events need, before anything is uploaded.
 * Roles of a whole project are nobody's to grant but the project's owner's: those that the project's policy does not show
 * are told. They may still be there, granted by a folder, the organisation or a role of the project's own.
 *
 * Source: Eventarc, "Receive direct events from Cloud Storage" and "Roles and permissions".
 *
 * @throws InferenceError `CONFIG_INVALID` where the bucket is missing or in another project.
 */
export async function findScoreTrigger(api: GoogleApi, plan: ServicePlan): Promise<FoundTrigger | undefined> {
  const bucket = scoreBucket(plan);
  if (bucket === undefined) return undefined;
  const found = await requireBucket(api, plan, bucket, "inference.google.score");
  const publisher = await findStorageAgent(api);
  const [, projectNumber = ""] = /^service-(\d+)@/.exec(publisher) ?? [];
  const owner = textOf(found["projectNumber"]);
  if (owner !== "" && projectNumber !== "" && owner !== projectNumber) {
    const message = `The bucket ${bucket}, which inference.google.score names, is in another project (number ${owner}), and only buckets of project ${api.project} trigger its functions: name one of those.`;
    throw new InferenceError("CONFIG_INVALID", message);
  }
  const serviceAccount = plan.google.serviceAccount ?? `${projectNumber}-compute@developer.gserviceaccount.com`;
  const trigger = { bucket, region: textOf(found["location"]).toLowerCase(), serviceAccount };
  const missing = await findMissingRoles(api, [
    { account: publisher, role: "roles/pubsub.publisher", others: ["roles/pubsub.editor", "roles/pubsub.admin"] },
    { account: serviceAccount, role: "roles/eventarc.eventReceiver", others: ["roles/eventarc.admin"] },
  ]);
  return { trigger, warnings: toWarnings(missing, api.project) };
}

/** The account by which Cloud Storage itself tells what happens; asking makes it where there was none yet. */
async function findStorageAgent(api: GoogleApi): Promise<string> {
  const path = `storage/v1/projects/${api.project}/serviceAccount`;
  const action = "find the account by which Cloud Storage sends events";
  return textOf((await api.call({ method: "GET", service: "storage", path, action }))["email_address"]);
}

/** All of them where the deployer may not look. */
async function findMissingRoles(api: GoogleApi, needed: readonly NeededRole[]): Promise<readonly NeededRole[]> {
  const policy = await readProjectPolicy(api);
  return needed.filter(
    ({ account, role, others }) =>
      ![role, ...others, ...BASIC_ROLES].some((each) => hasRole(policy, each, `serviceAccount:${account}`)),
  );
}

async function readProjectPolicy(api: GoogleApi): Promise<Policy> {
  try {
    return await api.call({
      method: "POST",
      service: "resourceManager",
      path: `v1/projects/${api.project}:getIamPolicy`,
      body: { options: { requestedPolicyVersion: 3 } },
      action: "read the policy of the project",
    });
  } catch (error) {
    if (!InferenceError.is(error)) throw error;
    return {};
  }
}

function toWarnings(missing: readonly NeededRole[], project: string): readonly string[] {
  if (missing.length === 0) return [];
  const commands = missing.map((needed) => `  ${toGrant(project, needed)}`);
  return [
    `inference.google.score: the policy of project ${project} does not show every role that events need. Unless it is granted elsewhere, whoever may grant it runs:\n${commands.join("\n")}`,
  ];
}

/** The command that grants a role of a project. */
function toGrant(project: string, { account, role }: Pick<NeededRole, "account" | "role">): string {
  return `gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:${account} --role=${role}`;
}

/** What mends a trigger that Google would not create; nothing for a failure of another kind. */
export function explainTriggerFailure(
  message: string,
  { serviceAccount }: ScoreTrigger,
  project: string,
): string | undefined {
  if (/roles\/pubsub\.publisher/.test(message)) {
    const agent = `$(gcloud storage service-agent --project=${project})`;
    return `Grant it and deploy again:\n  ${toGrant(project, { account: agent, role: "roles/pubsub.publisher" })}`;
  }
  if (/eventarc\.events\.receiveEvent/.test(message)) {
    const needed = { account: serviceAccount, role: "roles/eventarc.eventReceiver" };
    return `Grant it and deploy again:\n  ${toGrant(project, needed)}`;
  }
  if (/Eventarc Service Agent/.test(message)) {
    return "Eventarc was enabled just now, which takes some minutes: run the same command again then.";
  }
  return undefined;
}
