import { InferenceError } from "@virga/core";
import { CLOUD_STORAGE } from "../store/gcs-location.ts";
import type { ArrivedObject } from "./storage-event.ts";

const PATIENCE_MS = 60_000;
/** Refusals that another try may turn into success. */
const PASSING: ReadonlySet<number> = new Set([408, 429]);

/** Reads the object of an event and writes beside it. */
export interface ObjectClient {
  /** The bytes of the very generation; nothing where it has gone. @throws InferenceError where that may pass. */
  read(object: ArrivedObject): Promise<ArrayBuffer | undefined>;
  /** @throws InferenceError where that may pass, and `INPUT_INVALID` where it never will. */
  write(bucket: string, name: string, json: ArrayBuffer): Promise<void>;
}

/**
 * Source: Cloud Storage JSON API, "Objects: get" and "Objects: insert".
 *
 * @param token nothing for a stand-in, which is called without credentials.
 */
export function createObjectClient(
  token: () => Promise<string | undefined>,
  endpoint: URL = CLOUD_STORAGE,
): ObjectClient {
  async function send(action: string, object: string, url: URL, init: RequestInit = {}): Promise<Response> {
    const bearer = await token();
    const headers = { ...(bearer && { authorization: `Bearer ${bearer}` }), ...init.headers };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    try {
      return await fetch(url, { ...init, headers, signal });
    } catch (cause) {
      throw new InferenceError("WEIGHTS_UNREACHABLE", `Could not ${action} ${object}: no answer.`, { cause });
    }
  }

  return {
    async read({ bucket, name, generation }) {
      const url = new URL(`/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`, endpoint);
      url.search = new URLSearchParams({ alt: "media", generation }).toString();
      const object = `gs://${bucket}/${name}`;
      const answer = await send("read", object, url);
      if (answer.status === 404) return undefined;
      if (!answer.ok) throw toFailure("read", object, answer.status);
      return answer.arrayBuffer();
    },
    async write(bucket, name, json) {
      const url = new URL(`/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`, endpoint);
      url.search = new URLSearchParams({ uploadType: "media", name }).toString();
      const object = `gs://${bucket}/${name}`;
      const headers = { "content-type": "application/json" };
      const answer = await send("write", object, url, { method: "POST", headers, body: json });
      if (!answer.ok) throw toFailure("write", object, answer.status);
    },
  };
}

function toFailure(action: string, object: string, status: number): InferenceError {
  const message = `Could not ${action} ${object}: Cloud Storage answers with status ${status}.`;
  if (status === 401 || status === 403) {
    const wayOut = "Grant roles/storage.objectUser on the bucket to the function's service account.";
    return new InferenceError("WEIGHTS_DENIED", `${message} ${wayOut}`);
  }
  const mayPass = status >= 500 || PASSING.has(status);
  return new InferenceError(mayPass ? "WEIGHTS_UNREACHABLE" : "INPUT_INVALID", message);
}
