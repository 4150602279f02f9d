import { InferenceError } from "@virga/core";
import { type ModelStore, type RecordAnswer, readOnly, requestRecord } from "@virga/core/weights";
import { explainAnswer } from "./s3-failure.ts";
import { createS3Location, type S3Access, signGet } from "./s3-location.ts";

/** Which bucket is read, and with whose keys. */
export interface S3ReaderOptions extends S3Access {
  readonly bucket: string;
  /** Below which everything is kept; without slashes at its ends. */
  readonly prefix?: string;
}

/**
 * A bucket as a function reads it: signed requests without the SDK's client, whose import and set-up cost a cold start
 * about 100 ms of CPU. It cannot write, list or delete; `createS3Store` can.
 */
export function createS3Reader(options: S3ReaderOptions): ModelStore {
  const { bucket, prefix = "" } = options;
  const root = prefix === "" ? "" : `${prefix}/`;
  const uri = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;

  async function get(
    key: string,
    asked: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<RecordAnswer> {
    const { url, headers } = await signGet(options, bucket, root + key, asked);
    const answer = await requestRecord("GET", url, headers, signal);
    if ([200, 206, 304, 404].includes(answer.status) && !isMissingBucket(answer)) return answer;
    const action = { name: "read", permission: "s3:GetObject", bucket, key: root + key };
    const explained = explainAnswer(answer.status, Buffer.from(answer.bytes).toString(), action);
    throw (
      explained ?? new InferenceError("WEIGHTS_UNREACHABLE", `${uri}/${key} was answered with status ${answer.status}.`)
    );
  }

  return {
    uri,
    ...readOnly(uri, "use createS3Store to write or list"),
    async read(key, signal) {
      const { status, headers, bytes } = await get(key, {}, signal);
      return status === 404 ? undefined : { bytes, tag: headers.etag ?? "" };
    },
    async readIfChanged(key, tag, signal) {
      const { status, headers, bytes } = await get(key, { "if-none-match": tag }, signal);
      if (status === 304) return "unchanged";
      return status === 404 ? undefined : { bytes, tag: headers.etag ?? "" };
    },
    locate: (key) => createS3Location(options, bucket, root + key),
  };
}

function isMissingBucket({ status, bytes }: RecordAnswer): boolean {
  return status === 404 && Buffer.from(bytes).includes("NoSuchBucket");
}
