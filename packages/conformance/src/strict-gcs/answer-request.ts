import type { IncomingMessage } from "node:http";
import { checkAllowed, checkUnderstood } from "./access.ts";
import type { BucketService, ProjectOperation } from "./bucket-operations.ts";
import { toCall } from "./call.ts";
import type { Operation } from "./operations.ts";
import { type Answer, GcsRefusal, type RefusalForm, toRefusalAnswer } from "./refusal.ts";
import type { ResumableUploads } from "./resumable-uploads.ts";
import { findOperation } from "./routes.ts";

/** All that the server holds. */
export interface Service extends BucketService {
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
    if (isOfProject(operation)) return await operation.answerProject(call, service);
    const bucket = service.buckets.get(bucketName);
    if (bucket === undefined) throw new GcsRefusal("noSuchBucket", "The specified bucket does not exist.");
    checkAllowed(call, operation, bucket.options);
    const { buckets, uploads, mostPerPage } = service;
    const origin = `http://${incoming.headers.host}`;
    return await operation.answer(call, {
      objects: bucket.objects,
      bucket,
      buckets,
      name,
      uploads,
      origin,
      mostPerPage,
    });
  } catch (error) {
    const refusal = error instanceof GcsRefusal ? error : new GcsRefusal("notImplemented", String(error));
    if (refusal.kind === "notImplemented") {
      service.misunderstood.push(`${incoming.method} ${incoming.url}: ${refusal.message}`);
    }
    return toRefusalAnswer(refusal, form);
  }
}

function isOfProject(operation: Operation): operation is ProjectOperation {
  return "answerProject" in operation;
}
