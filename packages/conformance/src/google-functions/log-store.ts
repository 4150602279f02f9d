import { isRecord } from "./api-description.ts";
import { GoogleApiError } from "./google-error.ts";

type Entry = Readonly<Record<string, unknown>> & { readonly timestamp: string };

/** Fields of `entries.list`. Source: Cloud Logging API v2 reference. */
const FIELDS: readonly string[] = ["resourceNames", "filter", "orderBy", "pageSize", "pageToken"];
const CLAUSES = {
  type: /^resource\.type="cloud_run_revision"$/,
  service: /^resource\.labels\.service_name="([^"]*)"$/,
  since: /^timestamp>="([^"]*)"$/,
  text: /^"([^"]*)"$/,
};

/** What functions have written, as Cloud Logging keeps it. */
export class LogStore {
  readonly #entries: { readonly service: string; readonly entry: Entry }[] = [];

  add(service: string, revision: string, line: string): void {
    const record = toRecord(line);
    const { severity, ...jsonPayload } = record ?? {};
    const entry: Entry = {
      timestamp: new Date().toISOString(),
      severity: severity ?? "DEFAULT",
      resource: { type: "cloud_run_revision", labels: { service_name: service, revision_name: revision } },
      ...(record === undefined ? { textPayload: line } : { jsonPayload }),
    };
    this.#entries.push({ service, entry });
  }

  /** @throws GoogleApiError `INVALID_ARGUMENT` for what would go unheard. */
  list(body: unknown): object {
    if (!isRecord(body)) throw new GoogleApiError("INVALID_ARGUMENT", "The body is no object.");
    const unknown = Object.keys(body).find((field) => !FIELDS.includes(field));
    if (unknown !== undefined)
      throw new GoogleApiError("INVALID_ARGUMENT", `Unknown name "${unknown}": Cannot find field.`);
    const tests = String(body["filter"] ?? "")
      .split(" AND ")
      .map(toTest);
    const entries = this.#entries.filter((each) => tests.every((test) => test(each))).map(({ entry }) => entry);
    return { entries: body["orderBy"] === "timestamp desc" ? entries.reverse() : entries };
  }
}

type Test = (each: { readonly service: string; readonly entry: Entry }) => boolean;

function toTest(clause: string): Test {
  const [, service] = CLAUSES.service.exec(clause) ?? [];
  const [, since] = CLAUSES.since.exec(clause) ?? [];
  const [, text] = CLAUSES.text.exec(clause) ?? [];
  if (service !== undefined) return (each) => each.service === service;
  if (since !== undefined) return ({ entry }) => entry.timestamp >= since;
  if (text !== undefined) return ({ entry }) => JSON.stringify(entry).includes(text);
  if (CLAUSES.type.test(clause)) return () => true;
  throw new GoogleApiError("INVALID_ARGUMENT", `Unparseable filter: ${clause}`);
}

function toRecord(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
