/**
 * An array of numbers, nested or flat, as it stood in a JSON document; kept out of the value tree because a tensor
 * can have millions of them.
 */
export interface NumberArray {
  /** Nesting as written: `[[1,2,3],[4,5,6]]` has `[2, 3]`. */
  readonly shape: readonly number[];
  /** Every number, row-major, each within one unit in the last place of a float32 (see `toFloat64`). */
  readonly approximate: Float64Array;
  /** The numbers as `JSON.parse` would give them. */
  toFloat64(): Float64Array;
  /** The numbers as integers of any size. @throws InferenceError `INPUT_INVALID` at a fraction. */
  toBigInts(): bigint[];
}

/** A JSON document; integers beyond 2^53 are `bigint`, objects have no prototype. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | NumberArray
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
