import { InferenceError, toFailureResponse } from "@virga/core";
import { bufferAnswer } from "./buffered-answer.ts";
import { type FrontedEvent, findFront } from "./events/find-front.ts";
import { MOST_RESULT_BYTES } from "./events/front.ts";
import { toRequest } from "./events/http-event.ts";
import { parseExactly } from "./exact-json.ts";
import { invokeDirectly } from "./invoke-directly.ts";
import type { LambdaContext, LambdaHandler } from "./lambda-context.ts";
import { type LambdaService, respond, withinInvocation } from "./respond.ts";

/** A character of text takes at most six bytes of JSON, and no answer has more headers than this. */
const LONGEST_ESCAPE = 6;
const ENVELOPE_BYTES = 64 * 1024;

/**
 * Answers invocations whole. It rejects only for a document that the function was invoked with, by an error that is named
 * by the failure's code; whatever came over HTTP gets an answer.
 */
export function createLambdaHandler(service: LambdaService): LambdaHandler {
  return (event, context) =>
    withinInvocation(service, context, async () => {
      const fronted = findFront(event);
      if (fronted !== undefined) return answerFront(service, fronted, context);
      return answerDocument(await invokeDirectly(service, event, context));
    });
}

async function answerFront(
  service: LambdaService,
  { front, event }: FrontedEvent,
  context: LambdaContext,
): Promise<object> {
  const response = await respond(service, () => toRequest(front.read(event)), context);
  const answer = await bufferAnswer(response);
  const result = front.toResult(answer, event);
  if (answer.body.length * LONGEST_ESCAPE + ENVELOPE_BYTES < front.maxResultBytes) return result;
  const sizeBytes = Buffer.byteLength(JSON.stringify(result));
  if (sizeBytes <= front.maxResultBytes) return result;
  const failure = tooLarge(sizeBytes, front.name, front.maxResultBytes);
  return front.toResult(await bufferAnswer(toFailureResponse(failure, context.awsRequestId)), event);
}

function answerDocument(text: string): unknown {
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes <= MOST_RESULT_BYTES) return parseExactly(text);
  const { code, message } = tooLarge(sizeBytes, "an invocation", MOST_RESULT_BYTES);
  throw Object.assign(new Error(message), { name: code, stack: `${code}: ${message}` });
}

function tooLarge(sizeBytes: number, carrier: string, maxBytes: number): InferenceError {
  return new InferenceError(
    "OUTPUT_TOO_LARGE",
    `The answer takes ${sizeBytes} bytes, and ${carrier} carries ${maxBytes}: ask for fewer rows or outputs at once, or ` +
      "deploy with `aws.streaming: true`, whose function URL carries 200 MB.",
  );
}
