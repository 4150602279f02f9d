import type { Log, LogEntry } from "@virga/core";

const SEVERITIES = { info: "INFO", warn: "WARNING", error: "ERROR" } as const;

const TRACE_ID = /^[0-9a-f]{32}$/;

/**
 * Writes entries as Cloud Logging reads them: one line of JSON each; an entry of a request is found with its trace.
 *
 * Source: Cloud Logging, "Structured logging", special fields.
 */
export function createCloudLog(project: string | undefined, write: (line: string) => void): Log {
  return (entry) => write(`${JSON.stringify(toRecord(entry, project))}\n`);
}

function toRecord({ level, event, message, requestId, error }: LogEntry, project: string | undefined): object {
  const trace = project !== undefined && requestId !== undefined && TRACE_ID.test(requestId);
  return {
    severity: SEVERITIES[level],
    message,
    event,
    ...(requestId !== undefined && { requestId }),
    ...(trace && { "logging.googleapis.com/trace": `projects/${project}/traces/${requestId}` }),
    ...(error instanceof Error && { stack_trace: error.stack ?? error.message }),
  };
}

const CLOUD_TRACE = /^([0-9a-f]{32})(?:\/|$)/;
const TRACE_PARENT = /^00-([0-9a-f]{32})-/;

/** The trace that a request belongs to, 32 hexadecimal digits. Sources: W3C Trace Context; Cloud Trace's own header. */
export function traceOf(header: (name: string) => string | undefined): string | undefined {
  const [, traceParent] = TRACE_PARENT.exec(header("traceparent") ?? "") ?? [];
  if (traceParent !== undefined) return traceParent;
  return CLOUD_TRACE.exec(header("x-cloud-trace-context") ?? "")?.[1];
}
