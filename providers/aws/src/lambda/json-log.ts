import type { Log } from "@virga/core";

/** How deep a failure's causes are told. */
const MOST_CAUSES = 5;

/**
 * Writes each entry as one line of JSON with the names that Lambda's own JSON logs have, so that its filters and CloudWatch
 * Logs Insights find them. Of errors only their stacks are written: their other fields may hold what is secret.
 *
 * @param currentRequestId of the invocation under way, for what happens beside a request.
 */
export function createJsonLog(write: (line: string) => void, currentRequestId: () => string | undefined): Log {
  return ({ level, event, message, requestId = currentRequestId(), error }) => {
    const timestamp = new Date().toISOString();
    const entry = { timestamp, level: level.toUpperCase(), requestId, event, message };
    write(`${JSON.stringify({ ...entry, ...(error !== undefined && describe(error)) })}\n`);
  };
}

function describe(error: unknown): { errorType: string; stackTrace: string[] } {
  const stacks: string[] = [];
  let cause = error;
  while (cause !== undefined && stacks.length < MOST_CAUSES) {
    stacks.push(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  const errorType = error instanceof Error ? error.name : typeof error;
  return { errorType, stackTrace: stacks.join("\nCaused by: ").split("\n") };
}
