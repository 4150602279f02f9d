import { InferenceError } from "@virga/core";

/** Where a registry is on Cloud Storage. */
export interface GcsPlace {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  /** The project that pays for requests to someone else's requester-pays bucket. */
  readonly userProject?: string;
}

/**
 * Reads `gs://bucket/prefix` or `gs://bucket/prefix?userProject=PROJECT`.
 *
 * @throws InferenceError `CONFIG_INVALID` where there is no bucket, or something else is asked for.
 */
export function parseGcsUri(uri: string): GcsPlace {
  const [place = "", search = ""] = uri.replace(/^gs:\/\//i, "").split("?", 2);
  const [bucket = "", ...parts] = place.split("/");
  if (bucket === "") throw new InferenceError("CONFIG_INVALID", `${uri} names no bucket.`);
  const prefix = parts.filter((part) => part !== "").join("/");
  if (search === "") return { bucket, prefix };
  const [[name, userProject] = [], ...others] = new URLSearchParams(search);
  if (name === "userProject" && userProject && others.length === 0) return { bucket, prefix, userProject };
  throw new InferenceError(
    "CONFIG_INVALID",
    `${uri}: only ?userProject=PROJECT, the project that pays, may follow the bucket and the prefix.`,
  );
}
