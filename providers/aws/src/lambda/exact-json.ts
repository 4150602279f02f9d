/** What JSON.stringify writes as it stands. Source: ECMAScript proposal "JSON.parse source text access". */
interface ExactJson {
  rawJSON(text: string): object;
  parse(text: string, revive: (name: string, value: unknown, context: { source?: string }) => unknown): unknown;
  stringify(value: unknown, replace: (name: string, value: unknown) => unknown): string;
}

const exact = JSON as unknown as ExactJson;
const NEGATIVE_ZERO = "-0.0";
/** Integers that a double may not hold, and zeros with a sign: what would not be written as it was read. */
const INEXACT = /[[:,\s]-?\d{16,}[,\]}\s]|[[:,\s]-0(?:\.0*)?[,\]}\s]/;

/** A document that is written again as it stands here, where a double could not hold its numbers. */
export function parseExactly(text: string): unknown {
  if (!INEXACT.test(text)) return JSON.parse(text);
  return exact.parse(text, (_name, value, { source = "" }) => {
    if (typeof value !== "number") return value;
    if (Object.is(value, -0)) return exact.rawJSON(NEGATIVE_ZERO);
    return /^-?\d+$/.test(source) && !Number.isSafeInteger(value) ? exact.rawJSON(source) : value;
  });
}

/** The text of a value: zeros with their signs, integers with all their digits. */
export function stringifyExactly(value: unknown): string {
  if (!holdsSpecial(value)) return JSON.stringify(value) ?? "null";
  return exact.stringify(value, (_name, each) => (isSpecial(each) ? exact.rawJSON(toDigits(each)) : each));
}

function holdsSpecial(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isSpecial(value);
  return (Array.isArray(value) ? value : Object.values(value)).some(holdsSpecial);
}

/** Numbers that JSON.stringify writes as others: the shortest digits of a large double are those of another integer. */
function isSpecial(value: unknown): value is number {
  if (typeof value !== "number") return false;
  return Object.is(value, -0) || (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 2 ** 64);
}

function toDigits(value: number): string {
  return value === 0 ? NEGATIVE_ZERO : String(BigInt(value));
}
