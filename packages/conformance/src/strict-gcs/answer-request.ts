import type { IncomingMessage } from "node:http";
import { checkAllowed, checkUnderstood, type StrictBucketOptions } from "./access.ts";
import { toCall } from "./call.ts";
import { type Answer, GcsRefusal, type RefusalForm, toRefusalAnswer } from "./refusal.ts";
import type { ResumableUploads } from "./resumable-uploads.ts";
import { findOperation } from "./routes.ts";
import type { StoredObjects } from "./stored-objects.ts";

/** All that the server holds. */
export interface Service {
  readonly buckets: ReadonlyMap<string, { readonly objects: StoredObjects; readonly options: StrictBucketOptions }>;
  readonly uploads: ResumableUploads;
  readonly mostPerPage: number;
  readonly misunderstood: string[];
}

/** Never rejects: every failure is an answer. */
export async function answerRequest(incoming: IncomingMessage, service: Service): Promise<Answer> {
  let form: RefusalForm = "json";
  try {
    const call = toCall(incoming);
    const { operation, bucket: bucketName, name } = findOperation(call);
    form = operation.form;
    checkUnderstood(call, operation);
    const bucket = service.buckets.get(bucketName);
    if (bucket === undefined) throw new GcsRefusal("noSuchBucket", "The specified bucket does not exist.");
    checkAllowed(call, operation, bucket.options);
    const { uploads, mostPerPage } = service;
    const origin = `http://${incoming.headers.host}`;
    return await operation.answer(call, { objects: bucket.objects, name, uploads, origin, mostPerPage });
  } catch (error) {
    const refusal = error instanceof GcsRefusal ? error : new GcsRefusal("notImplemented", String(error));
    if (refusal.kind === "notImplemented") {
      service.misunderstood.push(`${incoming.method} ${incoming.url}: ${refusal.message}`);
    }
    return toRefusalAnswer(refusal, form);
  }
}
