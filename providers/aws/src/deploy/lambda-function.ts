import type { ServicePlan } from "@virga/deploy";
import type { AwsFacts } from "./aws-facts.ts";
import type { TemplateValue } from "./cloud-formation.ts";
import { MOUNT_PATH } from "./efs/efs-mount.ts";
import type { MountedFileSystem } from "./efs/mounted-file-system.ts";
import { ownStoreUri } from "./registry-place.ts";
import { temporaryStorageMb } from "./temporary-storage.ts";

/** A function as the Serverless Framework's `functions` takes it; the plugin adds `package.artifact`. */
export interface LambdaFunction {
  readonly handler: "index.handler" | "index.streamingHandler";
  readonly runtime: typeof RUNTIME;
  readonly architecture: "arm64" | "x86_64";
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly ephemeralStorageSize: number;
  readonly logRetentionInDays: number;
  readonly versionFunction: false;
  readonly environment: Readonly<Record<string, TemplateValue>>;
  readonly url?: FunctionUrl;
  readonly events: readonly HttpApiEvent[];
  readonly vpc?: { readonly securityGroupIds: readonly TemplateValue[]; readonly subnetIds: readonly TemplateValue[] };
  readonly fileSystemConfig?: { readonly arn: TemplateValue; readonly localMountPath: string };
  readonly dependsOn?: readonly string[];
}

interface FunctionUrl {
  readonly authorizer?: "aws_iam";
  readonly invokeMode?: "RESPONSE_STREAM";
}

interface HttpApiEvent {
  readonly httpApi: { readonly path: "*"; readonly authorizer?: { readonly type: "aws_iam" } };
}

/** The function's key in `functions`, so that AWS calls it `SERVICE-STAGE-predict`. */
export const FUNCTION_KEY = "predict";

/** The managed runtime of the deployed function. */
export const RUNTIME = "nodejs24.x";

/** What CloudWatch keeps where the config says nothing. */
const LOG_RETENTION_DAYS = 14;

/** An HTTP API gives up after 30 s; a second before that, the function's own answer still gets through. */
const HTTP_API_SECONDS = 29;

/** The function of a service, behind its front. */
export function toLambdaFunction(
  plan: ServicePlan,
  facts: AwsFacts,
  mount: MountedFileSystem | undefined,
): LambdaFunction {
  const { aws, memoryMb } = plan;
  return {
    handler: aws.streaming === true ? "index.streamingHandler" : "index.handler",
    runtime: RUNTIME,
    architecture: aws.architecture === "arm64" ? "arm64" : "x86_64",
    memorySize: memoryMb,
    timeout: functionSeconds(plan),
    ephemeralStorageSize: temporaryStorageMb(plan, facts),
    logRetentionInDays: aws.logRetentionDays ?? LOG_RETENTION_DAYS,
    // A version that nobody can invoke would be kept with each deployment.
    versionFunction: false,
    environment: lambdaEnvironment(plan, facts),
    ...frontOf(plan),
    ...(mount && {
      vpc: { securityGroupIds: mount.securityGroups, subnetIds: mount.subnets },
      fileSystemConfig: { arn: mount.accessPointArn, localMountPath: mount.path },
      ...(mount.dependsOn.length > 0 && { dependsOn: mount.dependsOn }),
    }),
  };
}

/** What the function is told beside what is in its bundle. */
export function lambdaEnvironment(plan: ServicePlan, facts: AwsFacts): LambdaFunction["environment"] {
  const { apiKeySha256 } = facts;
  return {
    VIRGA_STORE: ownStoreUri(plan, facts),
    VIRGA_CACHE: plan.aws.efs === undefined ? "/tmp/virga" : MOUNT_PATH,
    ...(plan.access === "api-key" && apiKeySha256 !== undefined && { VIRGA_API_KEY_SHA256: apiKeySha256 }),
  };
}

/** Whole seconds, as Lambda counts them. */
export function functionSeconds({ aws, timeoutSeconds }: ServicePlan): number {
  const seconds = Math.ceil(timeoutSeconds);
  return aws.front === "http-api" ? Math.min(seconds, HTTP_API_SECONDS) : seconds;
}

/** An API key is the application's own business, so that both clouds answer alike; AWS lets everybody through to it. */
function frontOf({ aws, access }: ServicePlan): Pick<LambdaFunction, "url" | "events"> {
  const isPrivate = access === "private";
  if (aws.front === "http-api") {
    return { events: [{ httpApi: { path: "*", ...(isPrivate && { authorizer: { type: "aws_iam" } }) } }] };
  }
  const url = {
    ...(isPrivate && { authorizer: "aws_iam" as const }),
    ...(aws.streaming === true && { invokeMode: "RESPONSE_STREAM" as const }),
  };
  return { url, events: [] };
}
