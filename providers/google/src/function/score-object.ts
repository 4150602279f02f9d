import { randomUUID } from "node:crypto";
import { type InferenceApp, InferenceError, type Log, toFailureResponse } from "@virga/core";
import type { ObjectClient } from "./object-client.ts";
import { type ArrivedObject, readStorageEvent, type StorageEvent } from "./storage-event.ts";

/** Ends the names of what is written, and of what is therefore not scored again. */
const PREDICTIONS_SUFFIX = ".predictions.json";
/** A function's body on this platform is bounded to 32 MB; an object is held to the same. */
const MOST_OBJECT_BYTES = 32 * 1024 * 1024;
/** Answers that the same object may not get again. */
const PASSING: ReadonlySet<number> = new Set([503, 504]);
const SAFE_ID = /^[\w.:-]{1,128}$/;

/**
 * Scores an object that arrived in a bucket: its bytes are the body of `POST /predict`, under its own media type, and the
 * answer is written beside it as `NAME.predictions.json`. An answer that refuses the object is written as well, so that
 * nobody waits for one. Only what may pass by itself rejects, so that the event is delivered again and never for ever.
 *
 * @param scored a bucket or a folder in one, such as `gs://inbox/rows`: what arrives elsewhere is left alone.
 */
export function createObjectScorer(
  app: InferenceApp,
  objects: ObjectClient,
  log: Log,
  scored?: string,
): (event: StorageEvent) => Promise<void> {
  const place = scored?.replace(/\/*$/, "/") ?? "gs://";

  async function score(object: ArrivedObject, requestId: string): Promise<void> {
    const { bucket, name } = object;
    const answer = await ask(object, requestId);
    if (answer === undefined) {
      const message = `gs://${bucket}/${name} has gone before it was scored.`;
      return log({ level: "warn", event: "object.gone", message, requestId });
    }
    if (PASSING.has(answer.status)) {
      throw new InferenceError("NOT_READY", `gs://${bucket}/${name} cannot be scored yet: ${await answer.text()}`);
    }
    await objects.write(bucket, name + PREDICTIONS_SUFFIX, await answer.arrayBuffer());
  }

  async function ask(object: ArrivedObject, requestId: string): Promise<Response | undefined> {
    if (object.sizeBytes > MOST_OBJECT_BYTES) return toFailureResponse(tooLarge(object), requestId);
    const body = await objects.read(object);
    if (body === undefined) return undefined;
    const headers = { "content-type": object.contentType };
    const request = new Request("http://function/predict", { method: "POST", headers, body });
    // Who may put an object into the bucket may have it scored.
    return app.fetch(request, { requestId, isAuthorized: true });
  }

  return async (event) => {
    const requestId = event.id !== undefined && SAFE_ID.test(event.id) ? event.id : randomUUID();
    const object = readStorageEvent(event);
    if (object === undefined) {
      const message = `An event of type ${JSON.stringify(event.type)} names no new object: let the function be triggered by google.cloud.storage.object.v1.finalized.`;
      return log({ level: "error", event: "event.unknown", message, requestId });
    }
    const { bucket, name } = object;
    // What stands for an empty folder has a slash at its end.
    if (name.endsWith(PREDICTIONS_SUFFIX) || name.endsWith("/") || !`gs://${bucket}/${name}`.startsWith(place)) return;
    try {
      await score(object, requestId);
    } catch (error) {
      if (!InferenceError.is(error) || error.code !== "INPUT_INVALID") throw error;
      log({ level: "error", event: "object.refused", message: error.message, requestId });
    }
  };
}

function tooLarge({ bucket, name, sizeBytes }: ArrivedObject): InferenceError {
  return new InferenceError(
    "INPUT_TOO_LARGE",
    `gs://${bucket}/${name} has ${sizeBytes} bytes, and objects of up to ${MOST_OBJECT_BYTES} are scored.`,
  );
}
