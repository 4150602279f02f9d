import { NumberArray } from "./number-array.ts";

/**
 * A JSON document. Integers between 2^53 and 2^64 are `bigint`, and so is a number beyond the range of a double: some
 * integer beyond it. A fraction beyond 2^53 that stands alone is the nearest double. Objects have no names but their
 * own. Arrays that hold nothing but numbers, nested or flat and regular, are a `NumberArray`.
 */
export type JsonValue = null | boolean | number | bigint | string | NumberArray | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Whether a value is an object of the document, neither an array nor a `NumberArray`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof NumberArray);
}
