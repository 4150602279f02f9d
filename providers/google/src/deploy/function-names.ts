import { createHash } from "node:crypto";
import { registryPrefix, type ServicePlan } from "@virga/deploy";

/** The function's key, so that Google calls it `SERVICE-STAGE-predict`. */
export const FUNCTION_KEY = "predict";

/** Of the function that scores what arrives in a bucket. */
export const SCORE_KEY = "score";

/** The functions of a service. */
export type FunctionKey = typeof FUNCTION_KEY | typeof SCORE_KEY;

export const DEFAULT_REGION = "us-central1";

const MOST_BUCKET_CHARACTERS = 63;
const DIGEST_CHARACTERS = 8;

type Named = Pick<ServicePlan, "service" | "stage" | "google">;

/** The function's name: lower case, as Google asks. */
export function functionName({ service, stage }: Named, key: FunctionKey = FUNCTION_KEY): string {
  return `${service}-${stage}-${key}`.toLowerCase();
}

/** The bucket in which objects arrive that are scored, if there is one. */
export function scoreBucket({ google }: Named): string | undefined {
  return /^gs:\/\/([^/]+)/.exec(google.score ?? "")?.[1];
}

/** Such as `projects/flowers/locations/us-central1`. */
export function locationOf({ google }: Named, project: string): string {
  return `projects/${project}/locations/${google.region ?? DEFAULT_REGION}`;
}

/** The bucket of the service's registry: the config's, or one of the service's own. */
export function registryBucket({ service, stage, google }: Named, project: string): string {
  if (google.bucket !== undefined) return google.bucket;
  const whole = `${project}-${service}-${stage}-virga`;
  const name = whole.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-");
  if (name === whole && name.length <= MOST_BUCKET_CHARACTERS) return name;
  // Two names that would become one are told apart by what they were.
  const digest = createHash("sha256").update(whole).digest("hex").slice(0, DIGEST_CHARACTERS);
  return `${name.slice(0, MOST_BUCKET_CHARACTERS - DIGEST_CHARACTERS - 1).replace(/-+$/, "")}-${digest}`;
}

/** URI of the service's registry. */
export function registryUri(plan: Named, project: string): string {
  return `gs://${registryBucket(plan, project)}/${registryPrefix(plan, plan.google.bucket)}`;
}

/** How a function and its bucket are found again. */
export function ownerLabels({ service, stage }: Named): Readonly<Record<"virga-service" | "virga-stage", string>> {
  return { "virga-service": toLabel(service), "virga-stage": toLabel(stage) };
}

function toLabel(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "-")
    .slice(0, 63);
}
