import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { ByteRange, ObjectLocation, RangeRequest } from "@virga/core/weights";
import { explainAnswer } from "./s3-failure.ts";

/** AWS keys as every credential provider of the SDK gives them. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

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

/** Stands for the digest of a body, which a range request does not have. Source: S3 API, "Signature calculations". */
const UNSIGNED = "UNSIGNED-PAYLOAD";

/**
 * How one object is fetched in ranges: signed with the SDK's own signer and credentials, sent without its client, whose
 * import and whose CPU per byte a cold start would pay for.
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
  const signer = new SignatureV4({ service: "s3", region, credentials, sha256: NodeSha256, uriEscapePath: false });
  const headers = {
    host: root.host,
    ...asked,
    "x-amz-content-sha256": UNSIGNED,
    ...(access.requesterPays === true && { "x-amz-request-payer": "requester" }),
  };
  const unsigned = { method: "GET", protocol: root.protocol, hostname: root.hostname, path, headers };
  return { url: new URL(path, root), headers: (await signer.sign(unsigned)).headers };
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

type SourceData = string | ArrayBuffer | ArrayBufferView;

/** The digest that the signer asks for, from Node's own crypto. */
class NodeSha256 {
  #hash: Hash | Hmac;
  readonly #secret: Uint8Array | undefined;

  constructor(secret?: SourceData) {
    this.#secret = secret === undefined ? undefined : toBytes(secret);
    this.#hash = this.#start();
  }

  update(data: SourceData): void {
    this.#hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#start();
  }

  #start(): Hash | Hmac {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }
}

function toBytes(data: SourceData): Uint8Array {
  if (typeof data === "string") return new TextEncoder().encode(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
