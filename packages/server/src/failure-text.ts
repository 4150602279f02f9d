import type { FailureCode } from "@virga/core";

/** The body of an answer that the server gives without the app. */
export function failureText(message: string, code: FailureCode = "INPUT_INVALID"): string {
  return JSON.stringify({ error: message, code });
}
