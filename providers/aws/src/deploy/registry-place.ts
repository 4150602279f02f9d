import { DEPLOYED_ALIAS, type PlannedModel, registryPrefix, type ServicePlan } from "@virga/deploy";
import { parseS3Uri } from "../store/s3-uri.ts";
import type { AwsFacts } from "./aws-facts.ts";
import { substitute, type TemplateValue } from "./cloud-formation.ts";

/** Logical name that the Serverless Framework gives the bucket it makes for a service. */
const DEPLOYMENT_BUCKET = "ServerlessDeploymentBucket";

/** A model in a registry in S3, as a template names it. */
export interface RegistryPlace {
  /** A name, or a reference to a bucket of the same stack, for the inside of a `Fn::Sub`. */
  readonly bucket: string;
  /** Empty or ending in `/`. */
  readonly prefix: string;
  readonly registryName: string;
  /** A version's number or an alias. */
  readonly reference: string;
}

/** Where a planned model is found; nothing for a registry outside of S3. */
export function placeOf(model: PlannedModel, plan: ServicePlan, facts: AwsFacts): RegistryPlace | undefined {
  const own = {
    bucket: ownBucket(plan, facts),
    prefix: `${registryPrefix(plan, plan.aws.bucket ?? facts.deploymentBucket)}/`,
  };
  const { origin } = model;
  if (origin.kind === "file") return { ...own, registryName: model.name, reference: DEPLOYED_ALIAS };
  const { store, registryName, reference } = origin;
  const place = store === undefined ? own : toPlace(store);
  return place && { ...place, registryName, reference };
}

/** The bucket of the service's own registry, for the inside of a `Fn::Sub`. */
export function ownBucket({ aws }: ServicePlan, { deploymentBucket }: AwsFacts): string {
  return aws.bucket ?? deploymentBucket ?? `\${${DEPLOYMENT_BUCKET}}`;
}

/** URI of the service's own registry. */
export function ownStoreUri(plan: ServicePlan, facts: AwsFacts): TemplateValue {
  return plain(`s3://${ownBucket(plan, facts)}/${registryPrefix(plan, plan.aws.bucket ?? facts.deploymentBucket)}`);
}

/** Text as it is where there is nothing to fill in, of which linters would complain. */
export function plain(text: string): TemplateValue {
  return text.includes("${") ? substitute(text) : text;
}

function toPlace(uri: string): Pick<RegistryPlace, "bucket" | "prefix"> | undefined {
  if (!/^s3:/i.test(uri)) return undefined;
  const { bucket, prefix } = parseS3Uri(uri);
  return { bucket, prefix: prefix === "" ? "" : `${prefix}/` };
}
