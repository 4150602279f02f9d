import { InferenceError } from "@virga/core";
import { createHttpsStore, type ModelStore } from "@virga/core/weights";
import type { S3Credentials } from "../store/s3-location.ts";
import { createS3Reader } from "../store/s3-reader.ts";
import { parseS3Uri } from "../store/s3-uri.ts";
import type { LambdaEnvironment } from "./lambda-environment.ts";

/**
 * Opens a registry to read, without any SDK's client: `s3://bucket/prefix` or `https://…`.
 *
 * @throws InferenceError `CONFIG_INVALID` for another scheme.
 */
export function openStore(
  uri: string,
  { region, s3Endpoint }: LambdaEnvironment,
  credentials: () => Promise<S3Credentials>,
): ModelStore {
  if (/^s3:\/\//i.test(uri)) {
    const access = { region: async () => region, credentials, ...(s3Endpoint && { endpoint: s3Endpoint }) };
    return createS3Reader({ ...access, ...parseS3Uri(uri) });
  }
  if (/^https?:\/\//.test(uri)) return createHttpsStore(new URL(uri));
  throw new InferenceError("CONFIG_INVALID", `A Lambda function reads models from s3:// or https://, not from ${uri}.`);
}
