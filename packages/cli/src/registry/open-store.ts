import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InferenceError } from "@virga/core";
import { createFileStore, createHttpsStore, type ModelStore } from "@virga/core/weights";

/** Where a registry is kept when nothing else is said. */
export const DEFAULT_STORE = ".virga/registry";

/** Where a store's stand-in listens, as the clouds' own tools are told. */
export type Environment = Readonly<Record<string, string | undefined>>;

const URI = /^([a-z][a-z0-9+.-]*):\/\//i;

/**
 * Opens the store that a URI names: `s3://bucket/prefix`, `gs://bucket/prefix`, `https://…` (to read), `file:///folder` or
 * a path; `?requestPayer=requester` and `?userProject=PROJECT` say who pays for a requester-pays bucket.
 *
 * @throws InferenceError `CONFIG_INVALID` for a scheme that no store here has, or a URI that cannot be read.
 */
export async function openStore(uri: string, folder: string, environment: Environment): Promise<ModelStore> {
  const scheme = URI.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return createFileStore(resolve(folder, uri));
  if (scheme === "file") return createFileStore(fileURLToPath(uri));
  if (scheme === "s3") return openS3(uri, environment);
  if (scheme === "gs") return openGcs(uri, environment);
  if (scheme === "https" || scheme === "http") return createHttpsStore(new URL(uri));
  throw new InferenceError(
    "CONFIG_INVALID",
    `${uri} is no store: use s3://bucket/prefix, gs://bucket/prefix, or a folder (${DEFAULT_STORE} where nothing is said).`,
  );
}

async function openS3(uri: string, environment: Environment): Promise<ModelStore> {
  const { createS3Store, parseS3Uri } = await import("@virga/aws");
  const endpoint = environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"];
  return createS3Store({ ...parseS3Uri(uri), ...(endpoint && { endpoint: new URL(endpoint) }) });
}

async function openGcs(uri: string, environment: Environment): Promise<ModelStore> {
  const { createGcsStore, parseGcsUri } = await import("@virga/google");
  const endpoint = environment["STORAGE_EMULATOR_HOST"];
  return createGcsStore({ ...parseGcsUri(uri), ...(endpoint && { endpoint: new URL(endpoint) }) });
}
