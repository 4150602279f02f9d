import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { InferenceError } from "@virga/core";
import {
  type ModelStore,
  type ObjectInfo,
  readVerified,
  type WriteCondition,
  type WriteOptions,
  type WriteSource,
} from "@virga/core/weights";
import { isMissingObject, type S3Action, toS3Failure } from "./s3-failure.ts";
import { createS3Location, type S3Access, type S3Credentials } from "./s3-location.ts";

/** Which bucket, and how it is reached. */
export interface S3StoreOptions {
  readonly bucket: string;
  /** Below which everything is kept; without slashes at its ends. */
  readonly prefix?: string;
  /** As the SDK finds it where absent. */
  readonly region?: string;
  /** As the SDK finds them where absent: environment, profile, SSO, role. */
  readonly credentials?: () => Promise<S3Credentials>;
  /** Of a store that is not AWS, such as `http://127.0.0.1:9000`; addressed by path. */
  readonly endpoint?: URL;
  /** Requests that are sent again when S3 is busy or the network breaks; 3 where absent. */
  readonly maxAttempts?: number;
  /** Pays for requests to someone else's requester-pays bucket. */
  readonly requesterPays?: boolean;
}

/** Parts of one upload; S3 allows 10,000 of them, so that 160 GB fit. */
const PART_BYTES = 16 * 1024 * 1024;
const PARTS_AT_ONCE = 4;

/** Permission that each action of this store needs. */
const ACTIONS = {
  read: "s3:GetObject",
  write: "s3:PutObject",
  delete: "s3:DeleteObject",
  list: "s3:ListBucket",
} as const;

/** Objects in an Amazon S3 bucket (general purpose), or in any store that speaks its protocol with preconditions. */
export function createS3Store(options: S3StoreOptions): ModelStore {
  const { bucket, prefix = "" } = options;
  const root = prefix === "" ? "" : `${prefix}/`;
  const client = createClient(options);
  const access: S3Access = {
    region: () => client.config.region(),
    credentials: () => client.config.credentials(),
    ...(options.endpoint && { endpoint: options.endpoint }),
    requesterPays: options.requesterPays === true,
  };
  const objectAt = (key: string) => ({ Bucket: bucket, Key: root + key });

  async function failing<Result>(
    name: keyof typeof ACTIONS,
    key: string,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw toS3Failure(error, { name, permission: ACTIONS[name], bucket, key: root + key } satisfies S3Action);
    }
  }

  async function get(key: string, signal?: AbortSignal, ifNoneMatch?: string) {
    return failing("read", key, async () => {
      const command = new GetObjectCommand({ ...objectAt(key), ...(ifNoneMatch && { IfNoneMatch: ifNoneMatch }) });
      try {
        const { Body, ETag } = await client.send(command, { ...(signal && { abortSignal: signal }) });
        return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), tag: ETag ?? "" };
      } catch (error) {
        if (isMissingObject(error)) return undefined;
        if (isNotModified(error)) return "unchanged" as const;
        throw error;
      }
    });
  }

  return {
    uri: `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`,
    locate: (key) => createS3Location(access, bucket, root + key),
    async read(key, signal) {
      const found = await get(key, signal);
      return found === "unchanged" ? undefined : found;
    },
    readIfChanged: (key, tag, signal) => get(key, signal, tag),
    info: (key, signal) =>
      failing("read", key, async () => {
        try {
          const found = await client.send(new HeadObjectCommand(objectAt(key)), {
            ...(signal && { abortSignal: signal }),
          });
          return toInfo(key, found.ContentLength, found.ETag, found.LastModified);
        } catch (error) {
          if (isMissingObject(error)) return undefined;
          throw error;
        }
      }),
    write: (key, source, writeOptions = {}) =>
      failing("write", key, () => write(client, objectAt(key), source, writeOptions)),
    list: (keyPrefix, signal) => list(client, { bucket, root }, keyPrefix, signal, failing),
    delete: (key, signal) =>
      failing("delete", key, async () => {
        await client.send(new DeleteObjectCommand(objectAt(key)), { ...(signal && { abortSignal: signal }) });
      }),
  };
}

/** The SDK's client, which is left open as long as its store. */
export function createClient({ region, credentials, endpoint, maxAttempts, requesterPays }: S3StoreOptions): S3Client {
  const client = new S3Client({
    ...(region && { region }),
    ...(credentials && { credentials }),
    ...(endpoint && { endpoint: endpoint.href, forcePathStyle: true }),
    ...(maxAttempts && { maxAttempts }),
  });
  if (requesterPays === true) payAlways(client);
  return client;
}

/** Said in every request and not in each command, because the SDK forgets it where it gives up an upload in parts. */
function payAlways(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (call) => {
      if (hasHeaders(call.request)) call.request.headers["x-amz-request-payer"] = "requester";
      return next(call);
    },
    { step: "build", name: "payAlways" },
  );
}

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === "object" && request !== null && "headers" in request;
}

/** The SDK has no class for this answer, only its status. */
function isNotModified(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 304;
}

function toInfo(
  key: string,
  sizeBytes: number | undefined,
  tag: string | undefined,
  modified: Date | undefined,
): ObjectInfo {
  return { key, sizeBytes: sizeBytes ?? 0, tag: tag ?? "", modifiedAtMs: modified?.getTime() ?? 0 };
}

function toPrecondition(condition: WriteCondition | undefined): { IfNoneMatch?: string; IfMatch?: string } {
  if (condition === undefined) return {};
  return condition.kind === "absent" ? { IfNoneMatch: "*" } : { IfMatch: condition.tag };
}

async function write(
  client: S3Client,
  object: { Bucket: string; Key: string },
  source: WriteSource,
  options: WriteOptions,
): Promise<string> {
  const precondition = toPrecondition(options.condition);
  try {
    if (source.kind === "file") return await upload(client, { ...object, ...precondition }, source, options);
    const command = new PutObjectCommand({ ...object, ...precondition, Body: source.bytes });
    return (await client.send(command, { ...(options.signal && { abortSignal: options.signal }) })).ETag ?? "";
  } catch (error) {
    // S3 answers a condition on an object that is not there as a missing object.
    if (options.condition?.kind === "unchanged" && isMissingObject(error)) {
      throw new InferenceError("WRITE_CONFLICT", `s3://${object.Bucket}/${object.Key} was deleted meanwhile.`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** In parts, each with a checksum that S3 verifies; the parts become the object only when the file was what it should be. */
async function upload(
  client: S3Client,
  object: { Bucket: string; Key: string },
  source: Extract<WriteSource, { kind: "file" }>,
  { signal, onProgress }: WriteOptions,
): Promise<string> {
  signal?.throwIfAborted();
  const body = Readable.from(readVerified(source));
  const multipart = new Upload({
    client,
    params: { ...object, Body: body, ContentLength: source.sizeBytes },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
  });
  let storedBytes = 0;
  multipart.on("httpUploadProgress", ({ loaded = 0 }) => {
    storedBytes = Math.max(storedBytes, loaded);
    onProgress?.(storedBytes);
  });
  const abort = (): void => void multipart.abort();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return (await multipart.done()).ETag ?? "";
  } finally {
    signal?.removeEventListener("abort", abort);
    body.destroy();
  }
}

type Failing = <Result>(name: "list", key: string, work: () => Promise<Result>) => Promise<Result>;

async function* list(
  client: S3Client,
  place: { bucket: string; root: string },
  keyPrefix: string,
  signal: AbortSignal | undefined,
  failing: Failing,
): AsyncGenerator<ObjectInfo> {
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: place.bucket,
      Prefix: place.root + keyPrefix,
      ...(token && { ContinuationToken: token }),
    });
    const page = await failing("list", keyPrefix, () =>
      client.send(command, { ...(signal && { abortSignal: signal }) }),
    );
    for (const { Key = "", Size, ETag, LastModified } of page.Contents ?? []) {
      yield toInfo(Key.slice(place.root.length), Size, ETag, LastModified);
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}
