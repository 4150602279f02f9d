import type { ByteRange, ObjectLocation, RangeRequest } from "@virga/core/weights";
import { explainAnswer } from "./s3-failure.ts";
import { type S3Credentials, signRequest } from "./sign-request.ts";

export type { S3Credentials };

/** What signing a request needs; nothing of it costs the import of an SDK client. */
export interface S3Access {
  /** Region of the bucket, such as `eu-west-1`. */
  region(): Promise<string>;
  /** Asked for each request, so that keys which expire are renewed. */
  credentials(): Promise<S3Credentials>;
  /** Of a store that is not AWS, addressed by path. */
  readonly endpoint?: URL;
  readonly requesterPays?: boolean;
}

/**
 * How one object is fetched in ranges: with the SDK's credentials, but without its client, whose import and whose CPU
 * per byte a cold start would pay for.
 */
export function createS3Location(access: S3Access, bucket: string, key: string): ObjectLocation {
  return {
    kind: "http",
    request: (range) => signRange(access, bucket, key, range),
    pin: ({ etag }) => (etag === undefined ? undefined : { "if-match": etag }),
    explain: (status, body) => explainAnswer(status, body, { name: "read", permission: "s3:GetObject", bucket, key }),
  };
}

function signRange(access: S3Access, bucket: string, key: string, { first, last }: ByteRange): Promise<RangeRequest> {
  return signGet(access, bucket, key, { range: `bytes=${first}-${last}` });
}

/** A signed GET of one object, or of what the headers make of it. */
export async function signGet(
  access: S3Access,
  bucket: string,
  key: string,
  asked: Readonly<Record<string, string>>,
): Promise<RangeRequest> {
  const [region, credentials] = await Promise.all([access.region(), access.credentials()]);
  const root = access.endpoint === undefined ? awsRoot(bucket, region) : pathRoot(access.endpoint, bucket);
  const path = `${root.pathname.replace(/\/$/, "")}/${key.split("/").map(encodeKeyPart).join("/")}`;
  const payer = access.requesterPays === true && { "x-amz-request-payer": "requester" };
  const headers = signRequest({ path, headers: { host: root.host, ...asked, ...payer } }, region, credentials);
  return { url: new URL(path, root), headers };
}

/** A bucket's own host, but for names with dots, which no certificate covers. */
function awsRoot(bucket: string, region: string): URL {
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return bucket.includes(".")
    ? new URL(`https://s3.${region}.${domain}/${bucket}/`)
    : new URL(`https://${bucket}.s3.${region}.${domain}/`);
}

function pathRoot(endpoint: URL, bucket: string): URL {
  return new URL(`${endpoint.pathname.replace(/\/$/, "")}/${bucket}/`, endpoint);
}

/** `encodeURIComponent` leaves five characters that a signature counts as escaped. Source: S3 API, "UriEncode". */
function encodeKeyPart(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
