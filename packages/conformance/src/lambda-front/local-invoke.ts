import { randomUUID } from "node:crypto";
import type { Invoke } from "./invoked.ts";

/** What a handler is told about its invocation. */
export interface LocalContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

type Handler = (event: unknown, context: LocalContext) => Promise<unknown>;

/** Source: Lambda quotas, as its refusal of a result counts them. */
const MOST_RESULT_BYTES = 6_291_556;

export function createContext(timeoutMs: number): LocalContext {
  const endsAtMs = performance.now() + timeoutMs;
  return { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => Math.round(endsAtMs - performance.now()) };
}

/** Calls a handler of this process as Lambda's runtime does: JSON in, JSON out, an error by its name. */
export function createLocalInvoke(handler: Handler, timeoutMs = 30_000): Invoke {
  return async (payload) => {
    try {
      const result = await handler(JSON.parse(payload), createContext(timeoutMs));
      const text = JSON.stringify(result) ?? "null";
      if (Buffer.byteLength(text) <= MOST_RESULT_BYTES) return { kind: "result", text };
      return { kind: "error", errorType: "Function.ResponseSizeTooLarge", errorMessage: "Response payload too large" };
    } catch (error) {
      return describeError(error);
    }
  };
}

/** An error as the runtime reports it. */
export function describeError(error: unknown): Extract<Awaited<ReturnType<Invoke>>, { kind: "error" }> {
  if (error instanceof Error) return { kind: "error", errorType: error.name, errorMessage: error.message };
  return { kind: "error", errorType: typeof error, errorMessage: String(error) };
}
