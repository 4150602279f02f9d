import { InferenceError } from "@virga/core";

/** An error of a Google API. Source: AIP-193, "Errors". */
export interface GoogleRefusal {
  readonly status: number;
  /** Such as `PERMISSION_DENIED`. */
  readonly code: string;
  readonly message: string;
  /** As JSON. */
  readonly details: string;
}

/** What was asked, for people. */
export interface RefusedCall {
  readonly service: string;
  readonly action: string;
}

const API_NAMES: Readonly<Record<string, string>> = {
  functions: "cloudfunctions.googleapis.com",
  run: "run.googleapis.com",
  storage: "storage.googleapis.com",
  logging: "logging.googleapis.com",
  resourceManager: "cloudresourcemanager.googleapis.com",
};

/** Everything that a function on Cloud Run is built and run with. */
const ALL_APIS =
  "cloudfunctions.googleapis.com run.googleapis.com cloudbuild.googleapis.com artifactregistry.googleapis.com storage.googleapis.com";
/** What events take beside. */
const EVENT_APIS = "eventarc.googleapis.com pubsub.googleapis.com";

/** One clear text with the command that mends it. */
export function explainRefusal(refusal: GoogleRefusal, call: RefusedCall, project: string): InferenceError {
  return new InferenceError("CONFIG_INVALID", `Could not ${call.action}: ${describe(refusal, call, project)}`);
}

function describe(
  { status, code, message, details }: GoogleRefusal,
  { service }: RefusedCall,
  project: string,
): string {
  const said = message === "" ? `status ${status}` : message.replace(/\.?\s*$/, "");
  if (/SERVICE_DISABLED|has not been used in project|it is disabled/.test(message + details)) {
    const named = /\b[a-z]+\.googleapis\.com\b/.exec(message)?.[0] ?? API_NAMES[service] ?? "";
    const needed = EVENT_APIS.includes(named) ? `${ALL_APIS} ${EVENT_APIS}` : ALL_APIS;
    return `${named} is not enabled in project ${project}. Enable what a function needs:\n  gcloud services enable ${needed} --project=${project}`;
  }
  if (/billing/i.test(message)) {
    return `${said}. Link a billing account:\n  gcloud billing projects link ${project} --billing-account=ACCOUNT`;
  }
  if (status === 401)
    return `Google does not accept the credentials. Renew them:\n  gcloud auth application-default login`;
  if (status === 403 || code === "PERMISSION_DENIED") {
    return `${said}. Grant the deployer its roles:\n  ${grantCommands(service, project).join("\n  ")}`;
  }
  if (status === 429 || code === "RESOURCE_EXHAUSTED") {
    return `${said}. A quota is used up: deploy again in a minute, or ask for more:\n  https://console.cloud.google.com/iam-admin/quotas?project=${project}`;
  }
  if (status === 409 || code === "ABORTED" || code === "ALREADY_EXISTS") {
    return `${said}. Something else is changing it: wait until that is over, and run the same command again.`;
  }
  if (status === 404) return `${said}. Look for the project and the region:\n  gcloud projects describe ${project}`;
  return `${said}.`;
}

const ROLES: Readonly<Record<string, readonly string[]>> = {
  functions: ["roles/cloudfunctions.developer", "roles/iam.serviceAccountUser"],
  run: ["roles/run.admin"],
  storage: ["roles/storage.admin"],
  logging: ["roles/logging.viewer"],
  resourceManager: ["roles/browser"],
};

function grantCommands(service: string, project: string): string[] {
  return (ROLES[service] ?? []).map(
    (role) => `gcloud projects add-iam-policy-binding ${project} --member=user:EMAIL --role=${role}`,
  );
}
