import { InferenceError } from "@virga/core";

/** What a function finds around it: what the deployment set, and what Lambda sets. */
export interface LambdaEnvironment {
  /** URI of the service's own registry. */
  readonly storeUri: string | undefined;
  /** Where fetched weights are kept: this instance's own `/tmp`, or a file system that instances share. */
  readonly cacheFolder: string;
  readonly apiKeySha256: string | undefined;
  readonly region: string;
  readonly memoryMb: number;
  /** Whether metrics are reported for every request, and not of what is rare alone. */
  readonly measuresRequests: boolean;
  /** Of a store that stands in for S3. */
  readonly s3Endpoint: URL | undefined;
  /** How long Lambda lets an instance prepare, from the process's start. */
  readonly initLimitMs: number;
}

/** Source: Lambda developer guide, "Understanding the Lambda execution environment lifecycle". */
const INIT_LIMIT_MS = 10_000;
/** Prepared before anybody asks: provisioned concurrency, SnapStart. */
const INIT_LIMIT_AHEAD_MS = 130_000;

/** Reads the environment; credentials are read when they are needed, because Lambda may change them. */
export function readLambdaEnvironment(): LambdaEnvironment {
  const type = read("AWS_LAMBDA_INITIALIZATION_TYPE") ?? "on-demand";
  const endpoint = read("AWS_ENDPOINT_URL_S3") ?? read("AWS_ENDPOINT_URL");
  return {
    storeUri: read("VIRGA_STORE"),
    cacheFolder: read("VIRGA_CACHE") ?? "/tmp/virga",
    apiKeySha256: read("VIRGA_API_KEY_SHA256"),
    region: read("AWS_REGION") ?? "us-east-1",
    memoryMb: Number(read("AWS_LAMBDA_FUNCTION_MEMORY_SIZE") ?? 0),
    measuresRequests: read("VIRGA_METRICS") === "all",
    s3Endpoint: endpoint === undefined ? undefined : toUrl(endpoint),
    initLimitMs: type === "on-demand" ? INIT_LIMIT_MS : INIT_LIMIT_AHEAD_MS,
  };
}

/** One variable as it is now; an empty one counts as absent. */
export function readVariable(name: CredentialVariable): string | undefined {
  return read(name);
}

/** What credentials are read from. Source: AWS SDKs and Tools reference guide. */
export type CredentialVariable =
  | "AWS_ACCESS_KEY_ID"
  | "AWS_SECRET_ACCESS_KEY"
  | "AWS_SESSION_TOKEN"
  | "AWS_CONTAINER_CREDENTIALS_FULL_URI"
  | "AWS_CONTAINER_AUTHORIZATION_TOKEN"
  | "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

function read(name: string): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

function toUrl(endpoint: string): URL {
  const url = URL.parse(endpoint);
  if (url !== null) return url;
  throw new InferenceError("CONFIG_INVALID", `The endpoint of S3 is no URL: ${JSON.stringify(endpoint)}.`);
}
