import type { JsonValue } from "../../../src/request/json/json-value.ts";
import { NumberArray } from "../../../src/request/json/number-array.ts";

/** More than the fast way looks ahead, so that it is taken for every number. */
export const PADDING: string = " ".repeat(80);

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A document as `JSON.parse` would give it. */
export function toPlain(value: JsonValue): unknown {
  if (value instanceof NumberArray) return nest(Array.from(value.toFloat64()), value.shape);
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(toPlain);
  const plain = {};
  for (const [name, each] of Object.entries(value)) {
    Object.defineProperty(plain, name, { value: toPlain(each), enumerable: true, writable: true, configurable: true });
  }
  return plain;
}

function nest(values: unknown[], shape: readonly number[]): unknown[] {
  if (shape.length <= 1) return values;
  const size = values.length / (shape[0] ?? 1);
  return Array.from({ length: shape[0] ?? 0 }, (_, index) =>
    nest(values.slice(index * size, (index + 1) * size), shape.slice(1)),
  );
}

/** An array of numbers, or a failed test. */
export function asNumbers(value: JsonValue): NumberArray {
  if (value instanceof NumberArray) return value;
  throw new Error(`expected an array of numbers, got ${typeof value}`);
}
