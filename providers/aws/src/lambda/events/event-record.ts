/** An object of an event; nothing that it holds is certain. */
export type EventRecord = Readonly<Record<string, unknown>>;

/** Whether a value is an object with names. */
export function isRecord(value: unknown): value is EventRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object under a name; an empty one where there is none. */
export function recordAt(record: EventRecord, name: string): EventRecord {
  const value = record[name];
  return isRecord(value) ? value : {};
}

/** A text under a name, if there is one. */
export function textAt(record: EventRecord, name: string): string | undefined {
  const value = record[name];
  return typeof value === "string" ? value : undefined;
}

/** Names with one text each; what is no text is left out. */
export function pairsAt(record: EventRecord, name: string): [string, string][] {
  return Object.entries(recordAt(record, name)).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[key, value]] : [],
  );
}

/** Names with a list of texts each, as one pair for every text; nothing where the event has no such lists. */
export function multiPairsAt(record: EventRecord, name: string): [string, string][] | undefined {
  if (!isRecord(record[name])) return undefined;
  return Object.entries(recordAt(record, name)).flatMap(([key, values]) =>
    textsOf(values).map((value): [string, string] => [key, value]),
  );
}

/** The texts of a list; none where it is no list. */
export function textsOf(values: unknown): string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
}
