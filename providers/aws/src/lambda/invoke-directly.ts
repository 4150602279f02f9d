import { InferenceError, toFailureResponse } from "@virga/core";
import { isRecord, textAt } from "./events/event-record.ts";
import { stringifyExactly } from "./exact-json.ts";
import type { LambdaContext } from "./lambda-context.ts";
import { type LambdaService, respond } from "./respond.ts";

const ORIGIN = "http://localhost";

/**
 * Answers a document that somebody invoked the function with: whoever may invoke it needs no API key. Lambda's runtime has
 * read its numbers as doubles, so integers beyond 2^53 arrive exactly only over HTTP.
 *
 * @returns the answer's JSON text. @throws Error named by the failure's code, so that the invocation itself fails: that is
 * what `FunctionError`, alarms on errors, retries and a state machine's `Catch` and `Retry` look at. A document that says
 * so would count as a success with all of them.
 */
export async function invokeDirectly(
  service: LambdaService,
  document: unknown,
  context: LambdaContext,
): Promise<string> {
  const response = await respond(service, () => toRequest(document), context, { isAuthorized: true });
  const answer = isJson(response) ? response : refuseBinary(context);
  const text = await answer.text();
  if (answer.ok) return text;
  throw toInvocationError(text);
}

/** A service with several models is told which by `model_name`, as in the Open Inference Protocol over gRPC. */
function toRequest(document: unknown): Request {
  const { path, content } = isRecord(document) ? findTarget(document) : { path: "/predict", content: document };
  const body = stringifyExactly(content);
  return new Request(`${ORIGIN}${path}`, { method: "POST", body, headers: { "content-type": "application/json" } });
}

function findTarget(document: Readonly<Record<string, unknown>>): { path: string; content: unknown } {
  const model = textAt(document, "model_name");
  const isOpenInference = Array.isArray(document["inputs"]);
  if (model === undefined || !(isOpenInference || "instances" in document)) {
    return { path: "/predict", content: document };
  }
  const { model_name: _, model_version: version, ...content } = document;
  const place = typeof version === "string" ? `${encode(model)}/versions/${encode(version)}` : encode(model);
  return { path: isOpenInference ? `/v2/models/${place}/infer` : `/v1/models/${place}:predict`, content };
}

function encode(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}

function isJson({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("application/json") === true;
}

function refuseBinary({ awsRequestId }: LambdaContext): Response {
  const message = "An invocation's answer is JSON: ask for no binary outputs, or call the function over HTTP.";
  return toFailureResponse(new InferenceError("UNSUPPORTED", message), awsRequestId);
}

/** Without a stack: Lambda sends it to the caller. */
function toInvocationError(text: string): Error {
  const { error: message, code } = JSON.parse(text);
  const error = new Error(message);
  error.name = code;
  error.stack = `${code}: ${message}`;
  return error;
}
