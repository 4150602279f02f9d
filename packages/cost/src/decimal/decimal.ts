import { Big } from "big.js";
import { inputInvalid } from "../cost-error.ts";

/** A number as it is given: a decimal string is taken digit by digit, a number by its shortest decimal form. */
export type DecimalInput = number | string;

export type Decimal = Big;

/** A constructor of our own, so that other users of the library in the same process keep their settings. */
const ExactDecimal = Big();
// Sums, differences and products are exact; a quotient that never ends is cut far beyond what any total shows.
ExactDecimal.DP = 40;
ExactDecimal.RM = Big.roundHalfUp;

/** Digits behind the point of what is written out. */
const WRITTEN_DECIMALS = 15;

export const ZERO: Decimal = new ExactDecimal(0);
export const ONE: Decimal = new ExactDecimal(1);

/** A decimal from a constant of the code. */
export function decimal(value: DecimalInput): Decimal {
  return new ExactDecimal(value);
}

/** A decimal from outside, 0 or more. @throws CostError `INPUT_INVALID` naming the field. */
export function parseDecimal(value: unknown, field: string): Decimal {
  if (typeof value !== "number" && typeof value !== "string") {
    throw inputInvalid(field, `must be a number or a decimal string, not ${JSON.stringify(value) ?? String(value)}.`);
  }
  if (typeof value === "string" ? !/^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i.test(value) : !Number.isFinite(value)) {
    throw inputInvalid(field, `must be a number, not ${JSON.stringify(String(value))}.`);
  }
  const parsed = new ExactDecimal(value);
  if (parsed.lt(0)) throw inputInvalid(field, `must be 0 or more, not ${value}.`);
  return parsed;
}

export function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value), ZERO);
}

export function larger(one: Decimal, other: Decimal): Decimal {
  return one.gt(other) ? one : other;
}

export function smaller(one: Decimal, other: Decimal): Decimal {
  return one.lt(other) ? one : other;
}

/** The least multiple of `step` that is not below `value`. */
export function ceilTo(value: Decimal, step: Decimal): Decimal {
  return value.div(step).round(0, Big.roundUp).times(step);
}

export function floor(value: Decimal): Decimal {
  return value.round(0, Big.roundDown);
}

/** What a model of traffic says, which is no exact quantity: twelve digits of it. */
export function fromEstimate(value: number): Decimal {
  return new ExactDecimal(value.toPrecision(12));
}

/** A decimal string without an exponent, cut to 15 decimals where it goes on. */
export function write(value: Decimal): string {
  return value.round(WRITTEN_DECIMALS).toFixed();
}

/** A decimal for people: thousands are set apart. */
export function show(value: Decimal): string {
  const [whole = "", fraction] = write(value).split(".");
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
