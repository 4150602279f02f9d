import { InferenceError } from "@virga/core";

/** What a person is told about a failure: our own errors explain themselves, others show where they come from. */
export function describeFailure(error: unknown): string {
  if (InferenceError.is(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
