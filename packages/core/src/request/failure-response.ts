import { InferenceError } from "../errors.ts";
import { type Answer, textAnswer, toResponse } from "./answer.ts";

/** After how many seconds a refused caller may try again, where the failure does not tell. */
const RETRY_AFTER_SECONDS = 1;

/** Any thrown value as an error that may be shown; what is not ours is hidden behind `INTERNAL`. */
export function toInferenceError(error: unknown): InferenceError {
  if (InferenceError.is(error)) return error;
  return new InferenceError("INTERNAL", "The service failed in a way it does not expect; its log has the details.", {
    cause: error,
  });
}

/** A failure as its answer: `{"error", "code", "requestId"}`, the shape that every protocol here reads. */
export function toFailureAnswer(error: InferenceError, requestId: string): Answer {
  const headers: Record<string, string> = { "content-type": "application/json", "x-request-id": requestId };
  if (error.status === 503) headers["retry-after"] = String(error.retryAfterSeconds ?? RETRY_AFTER_SECONDS);
  if (error.status === 401) headers["www-authenticate"] = "Bearer";
  return textAnswer(error.status, headers, JSON.stringify({ error: error.message, code: error.code, requestId }));
}

/** The same as a web `Response`, for what fails before the app has seen it. */
export function toFailureResponse(error: InferenceError, requestId: string): Response {
  return toResponse(toFailureAnswer(error, requestId));
}
