import { InferenceError } from "@virga/core";
import { type ModelStore, type RecordAnswer, readOnly, requestRecord } from "@virga/core/weights";
import { explainAnswer } from "./gcs-failure.ts";
import { CLOUD_STORAGE, createGcsLocation, type GcsAccess } from "./gcs-location.ts";

/** Which bucket is read, and with whose token. */
export interface GcsReaderOptions extends GcsAccess {
  readonly bucket: string;
  /** Below which everything is kept; without slashes at its ends. */
  readonly prefix?: string;
}

/**
 * A bucket as a function reads it, without the SDK, whose import would be the largest part of a small model's cold start.
 * It cannot write, list or delete; `createGcsStore` can.
 *
 * Source: Cloud Storage XML API, "GET Object".
 */
export function createGcsReader(options: GcsReaderOptions): ModelStore {
  const { bucket, prefix = "", endpoint = CLOUD_STORAGE, token, userProject } = options;
  const root = prefix === "" ? "" : `${prefix}/`;
  const uri = `gs://${bucket}${prefix === "" ? "" : `/${prefix}`}`;

  async function get(key: string, signal?: AbortSignal): Promise<RecordAnswer> {
    const path = [bucket, ...(root + key).split("/")].map(encodeURIComponent).join("/");
    const bearer = await token();
    const headers = {
      ...(bearer && { authorization: `Bearer ${bearer}` }),
      ...(userProject && { "x-goog-user-project": userProject }),
    };
    const answer = await requestRecord("GET", new URL(`/${path}`, endpoint), headers, signal);
    if (answer.status === 200) return answer;
    const action = { name: "read", permission: "storage.objects.get", bucket, key: root + key };
    const failure = explainAnswer(answer.status, Buffer.from(answer.bytes).toString(), action);
    if (answer.status === 404 && failure?.message.startsWith("There is no object")) return answer;
    throw (
      failure ?? new InferenceError("WEIGHTS_UNREACHABLE", `${uri}/${key} was answered with status ${answer.status}.`)
    );
  }

  async function read(key: string, signal?: AbortSignal): ReturnType<ModelStore["read"]> {
    const { status, headers, bytes } = await get(key, signal);
    if (status === 404) return undefined;
    return { bytes, tag: String(headers["x-goog-generation"] ?? headers.etag ?? "") };
  }

  return {
    uri,
    ...readOnly(uri, "use createGcsStore to write or list"),
    read,
    async readIfChanged(key, tag, signal) {
      const found = await read(key, signal);
      return found?.tag === tag ? "unchanged" : found;
    },
    locate: (key) => createGcsLocation(options, bucket, root + key),
  };
}
