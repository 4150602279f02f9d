import { InferenceError } from "@virga/core";

/** Where a registry is on S3. */
export interface S3Place {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  /** Pays for requests to someone else's requester-pays bucket. */
  readonly requesterPays: boolean;
}

/**
 * Reads `s3://bucket/prefix` or `s3://bucket/prefix?requestPayer=requester`.
 *
 * @throws InferenceError `CONFIG_INVALID` where there is no bucket, or something else is asked for.
 */
export function parseS3Uri(uri: string): S3Place {
  const [place = "", search = ""] = uri.replace(/^s3:\/\//i, "").split("?", 2);
  const [bucket = "", ...parts] = place.split("/");
  if (bucket === "") throw new InferenceError("CONFIG_INVALID", `${uri} names no bucket.`);
  if (search !== "" && search !== "requestPayer=requester") {
    throw new InferenceError(
      "CONFIG_INVALID",
      `${uri}: only ?requestPayer=requester, with which you pay, may follow the bucket and the prefix.`,
    );
  }
  return { bucket, prefix: parts.filter((part) => part !== "").join("/"), requesterPays: search !== "" };
}
