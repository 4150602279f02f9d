import type { ByteRange, ObjectLocation, RangeRequest } from "@virga/core/weights";
import { explainAnswer } from "./gcs-failure.ts";

/** What fetching a range needs; nothing of it costs the import of an SDK client. */
export interface GcsAccess {
  /** An OAuth 2.0 access token; absent for a public bucket. */
  token(): Promise<string | undefined>;
  /** Cloud Storage itself where absent. */
  readonly endpoint?: URL;
  /** The project that pays for requests to someone else's requester-pays bucket. */
  readonly userProject?: string;
}

/** Where Cloud Storage itself answers. */
export const CLOUD_STORAGE: URL = new URL("https://storage.googleapis.com");

/**
 * How one object is fetched in ranges, without the SDK's client.
 *
 * Source: Cloud Storage XML API, "GET Object" and "Request preconditions".
 */
export function createGcsLocation(access: GcsAccess, bucket: string, key: string): ObjectLocation {
  const path = `/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
  return {
    kind: "http",
    request: async ({ first, last }: ByteRange): Promise<RangeRequest> => {
      const token = await access.token();
      return {
        url: new URL(path, access.endpoint ?? CLOUD_STORAGE),
        headers: {
          range: `bytes=${first}-${last}`,
          ...(token && { authorization: `Bearer ${token}` }),
          ...(access.userProject && { "x-goog-user-project": access.userProject }),
        },
      };
    },
    pin: (answer) => {
      const generation = answer["x-goog-generation"];
      return generation === undefined ? undefined : { "x-goog-if-generation-match": generation };
    },
    explain: (status, body) =>
      explainAnswer(status, body, { name: "read", permission: "storage.objects.get", bucket, key }),
  };
}
