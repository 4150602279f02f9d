import type { ServicePlan } from "@virga/deploy";
import { FUNCTION_KEY, type FunctionKey, functionName } from "./function-names.ts";
import { type GoogleApi, isRecord, textOf } from "./google-api.ts";

/** What is asked of the logs. */
export interface LogQuery {
  readonly since: Date;
  /** A text that entries hold. */
  readonly filter?: string;
  /** Of which function; of the one that answers requests where absent. */
  readonly key?: FunctionKey;
}

const MOST_ENTRIES = 1_000;

/** A function's log of a time, oldest first, a line each. Source: Cloud Logging API, `entries.list`. */
export async function readLogs(api: GoogleApi, plan: ServicePlan, query: LogQuery): Promise<string[]> {
  const name = functionName(plan, query.key ?? FUNCTION_KEY);
  const filter = [
    'resource.type="cloud_run_revision"',
    `resource.labels.service_name="${name}"`,
    `timestamp>="${query.since.toISOString()}"`,
    ...(query.filter === undefined ? [] : [JSON.stringify(query.filter)]),
  ].join(" AND ");
  const { entries } = await api.call({
    method: "POST",
    service: "logging",
    path: "v2/entries:list",
    body: {
      resourceNames: [`projects/${api.project}`],
      filter,
      orderBy: "timestamp desc",
      pageSize: MOST_ENTRIES,
    },
    action: `read the log of ${name}`,
  });
  return Array.isArray(entries) ? entries.filter(isRecord).map(toLine).reverse() : [];
}

function toLine(entry: Readonly<Record<string, unknown>>): string {
  const payload = isRecord(entry["jsonPayload"]) ? entry["jsonPayload"] : {};
  const text = textOf(entry["textPayload"]) || textOf(payload["message"]) || JSON.stringify(payload);
  return `${textOf(entry["timestamp"])} ${textOf(entry["severity"]) || "DEFAULT"} ${text}`;
}
