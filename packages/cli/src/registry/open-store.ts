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
 * a path.
 *
 * @throws InferenceError `CONFIG_INVALID` for a scheme that no store here has.
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
  const { createS3Store } = await import("@virga/aws");
  const endpoint = environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"];
  return createS3Store({ ...splitBucket(uri), ...(endpoint && { endpoint: new URL(endpoint) }) });
}

async function openGcs(uri: string, environment: Environment): Promise<ModelStore> {
  const { createGcsStore } = await import("@virga/google");
  const endpoint = environment["STORAGE_EMULATOR_HOST"];
  return createGcsStore({ ...splitBucket(uri), ...(endpoint && { endpoint: new URL(endpoint) }) });
}

function splitBucket(uri: string): { bucket: string; prefix: string } {
  const [bucket = "", ...parts] = uri.replace(URI, "").split("/");
  if (bucket === "") throw new InferenceError("CONFIG_INVALID", `${uri} names no bucket.`);
  return { bucket, prefix: parts.filter((part) => part !== "").join("/") };
}
