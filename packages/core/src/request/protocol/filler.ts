import type { NumberArray } from "../json/number-array.ts";
import type { TypedArray } from "./plain-values.ts";

/** Puts values into a typed array, each checked against its type. */
export interface Filler {
  readonly data: TypedArray;
  put(index: number, value: number | bigint | boolean | string): void;
  putNumbers(first: number, numbers: NumberArray): void;
}

/** Tells which element a type has no room for, and why; never returns. */
export type Refuse = (index: number, reason: string) => never;
