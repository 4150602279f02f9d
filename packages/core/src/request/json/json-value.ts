import type { NumberArray } from "./number-array.ts";

/**
 * A JSON document. Integers beyond 2^53 are `bigint`, and so is a number beyond the range of a double: some integer
 * beyond it. Objects have no prototype with names of its own. Arrays that hold nothing but numbers, nested or flat and
 * regular, are a `NumberArray`.
 */
export type JsonValue = null | boolean | number | bigint | string | NumberArray | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}
