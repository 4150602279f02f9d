import { createS3Store } from "@virga/aws";
import { REGISTRY_PREFIX } from "@virga/aws/deploy";
import { Registry } from "@virga/core/weights";
import type { ServicePlan } from "@virga/deploy";
import type { AwsProvider } from "../serverless.ts";

/** The variables of the deployer's environment, as far as they are read. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Opens the registry of a service: in the bucket that the config names, or in the one that it is deployed through. */
export async function openServiceRegistry(
  { aws }: ServicePlan,
  provider: AwsProvider,
  environment: Environment,
): Promise<Registry> {
  const bucket = aws.bucket ?? (await provider.getServerlessDeploymentBucketName());
  const endpoint = environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"];
  const store = createS3Store({
    bucket,
    prefix: REGISTRY_PREFIX,
    region: provider.getRegion(),
    credentials: provider.getAwsSdkV3CredentialsProvider(),
    ...(endpoint && { endpoint: new URL(endpoint) }),
  });
  return new Registry(store);
}
