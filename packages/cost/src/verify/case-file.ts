import { inputInvalid } from "../cost-error.ts";
import { isRecord, type UnknownRecord } from "../unknown-record.ts";

/** A calculation with the figures that it must give. */
export interface CostCase {
  readonly id: string;
  /** `published-error` where the source's own total is wrong. */
  readonly kind: string;
  readonly description: string;
  readonly components: readonly CaseComponent[];
  readonly expected: UnknownRecord;
  readonly published?: UnknownRecord;
}

/** One billed service of a case. */
export interface CaseComponent {
  readonly id: string;
  readonly service: string;
  readonly region: string;
  readonly inputs: UnknownRecord;
  /** By role: `id` in the price book, or `price` and `tiers` by value, or both. */
  readonly prices: Readonly<Record<string, UnknownRecord>>;
}

/** Reads a file of cases from parsed JSON. @throws CostError `INPUT_INVALID` naming the field. */
export function parseCaseFile(data: unknown): CostCase[] {
  if (!isRecord(data) || !Array.isArray(data["cases"])) throw inputInvalid("cases", "must be a list.");
  return data["cases"].map((each: unknown, index) => parseCase(each, `cases[${index}]`));
}

function parseCase(data: unknown, field: string): CostCase {
  const found = record(data, field);
  const components = found["components"];
  if (!Array.isArray(components) || components.length === 0) {
    throw inputInvalid(`${field}.components`, "must be a list that is not empty.");
  }
  return {
    id: text(found["id"], `${field}.id`),
    kind: text(found["kind"], `${field}.kind`),
    description: text(found["description"], `${field}.description`),
    components: components.map((each: unknown, index) => parseComponent(each, `${field}.components[${index}]`)),
    expected: record(found["expected"], `${field}.expected`),
    ...(found["published"] === undefined ? {} : { published: record(found["published"], `${field}.published`) }),
  };
}

function parseComponent(data: unknown, field: string): CaseComponent {
  const found = record(data, field);
  const prices = Object.entries(record(found["prices"] ?? {}, `${field}.prices`));
  return {
    id: text(found["id"], `${field}.id`),
    service: text(found["service"], `${field}.service`),
    region: text(found["region"], `${field}.region`),
    inputs: record(found["inputs"], `${field}.inputs`),
    prices: Object.fromEntries(prices.map(([role, price]) => [role, record(price, `${field}.prices.${role}`)])),
  };
}

function record(value: unknown, field: string): UnknownRecord {
  if (!isRecord(value)) throw inputInvalid(field, "must be an object.");
  return value;
}

function text(value: unknown, field: string): string {
  if (typeof value !== "string" || value === "") throw inputInvalid(field, "must be text.");
  return value;
}
