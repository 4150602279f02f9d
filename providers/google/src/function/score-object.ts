import { type App, InferenceError, type Log } from "@virga/core";
import { CLOUD_STORAGE } from "../store/gcs-location.ts";
import type { StorageToken } from "./service-app.ts";

/** A CloudEvent of Cloud Storage, `google.cloud.storage.object.v1.finalized`, as far as it is read here. */
export interface StorageEvent {
  readonly id?: string;
  readonly type?: string;
  readonly data?: {
    readonly bucket?: string;
    readonly name?: string;
    readonly generation?: string | number;
    readonly contentType?: string;
    readonly size?: string | number;
  };
}

const FINALIZED = "google.cloud.storage.object.v1.finalized";
/** Ends the names of what is written, and of what is therefore not scored again. */
const PREDICTIONS_SUFFIX = ".predictions.json";
/** A function's body on this platform is bounded to 32 MB; an object is held to the same. */
const MOST_OBJECT_BYTES = 32 * 1024 * 1024;
const PATIENCE_MS = 60_000;

/**
 * Scores an object that arrived in a bucket: its bytes are the body of `POST /predict`, under its own media type, and the
 * answer is written beside it as `NAME.predictions.json`. An answer that refuses the object is written as well, so that
 * nobody waits for one; what may pass by itself rejects, so that the event is delivered again.
 */
export function createObjectScorer(
  app: App,
  token: StorageToken,
  endpoint: URL = CLOUD_STORAGE,
  log: Log,
): (event: StorageEvent) => Promise<void> {
  async function send(url: URL, init: RequestInit): Promise<Response> {
    const bearer = await token();
    const headers = { ...(bearer && { authorization: `Bearer ${bearer}` }), ...init.headers };
    return fetch(url, { ...init, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  }

  return async (event) => {
    const { bucket, name, generation, contentType } = readEvent(event);
    if (name.endsWith(PREDICTIONS_SUFFIX)) return;
    const requestId = event.id;
    const object = await send(objectUrl(endpoint, bucket, name, String(generation)), {});
    if (object.status === 404)
      return log({
        level: "warn",
        event: "object.gone",
        message: `gs://${bucket}/${name} has gone before it was scored.`,
      });
    if (!object.ok) throw unreachable("read", bucket, name, object.status);
    const body = await object.arrayBuffer();
    const request = new Request("http://function/predict", {
      method: "POST",
      headers: { "content-type": contentType },
      body,
    });
    const answer = await app.fetch(
      request,
      SAFE_ID.test(requestId ?? "") && requestId !== undefined ? { requestId } : {},
    );
    if (RETRYABLE.has(answer.status))
      throw new InferenceError("NOT_READY", `gs://${bucket}/${name} could not be scored yet: ${await answer.text()}`);
    const stored = await send(uploadUrl(endpoint, bucket, `${name}${PREDICTIONS_SUFFIX}`), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: await answer.arrayBuffer(),
    });
    if (!stored.ok) throw unreachable("write predictions beside", bucket, name, stored.status);
  };
}

const SAFE_ID = /^[\w.:-]{1,128}$/;
/** Answers that the same object may not get again. */
const RETRYABLE: ReadonlySet<number> = new Set([503, 504]);

interface ArrivedObject {
  readonly bucket: string;
  readonly name: string;
  readonly generation: string | number;
  readonly contentType: string;
}

function readEvent({ type, data }: StorageEvent): ArrivedObject {
  const { bucket, name, generation, contentType = "application/octet-stream", size = 0 } = data ?? {};
  if (type !== FINALIZED || bucket === undefined || name === undefined || generation === undefined) {
    throw new InferenceError("INPUT_INVALID", `This event is no ${FINALIZED} with a bucket, a name and a generation.`);
  }
  if (Number(size) > MOST_OBJECT_BYTES) {
    throw new InferenceError(
      "INPUT_TOO_LARGE",
      `gs://${bucket}/${name} has ${size} bytes; objects up to ${MOST_OBJECT_BYTES} are scored.`,
    );
  }
  return { bucket, name, generation, contentType };
}

function objectUrl(endpoint: URL, bucket: string, name: string, generation: string): URL {
  const path = `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
  const url = new URL(path, endpoint);
  url.searchParams.set("alt", "media");
  url.searchParams.set("generation", generation);
  return url;
}

function uploadUrl(endpoint: URL, bucket: string, name: string): URL {
  const url = new URL(`/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`, endpoint);
  url.searchParams.set("uploadType", "media");
  url.searchParams.set("name", name);
  return url;
}

function unreachable(action: string, bucket: string, name: string, status: number): InferenceError {
  const code = status === 401 || status === 403 ? "WEIGHTS_DENIED" : "WEIGHTS_UNREACHABLE";
  return new InferenceError(code, `Could not ${action} gs://${bucket}/${name}: status ${status}.`);
}
