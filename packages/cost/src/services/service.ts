import type { Charge } from "../bill/charge.ts";
import { type Decimal, decimal, larger, ZERO } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import type { Price } from "../price-book/price.ts";
import type { PriceId } from "../price-book/price-book.ts";

/** The price that a charge of a service takes, by the role that it plays there. */
export type PriceOfRole = (role: string) => Price;

/** What one product of a cloud charges for, and how. */
export interface Service {
  /** Where the book has the price of a role. */
  priceId(role: string, region: string, inputs: InputReader): PriceId;
  /** The charges of one month. @throws CostError naming the input that is missing or wrong. */
  bill(inputs: InputReader, price: PriceOfRole): Charge[];
}

export const SECONDS_PER_HOUR: Decimal = decimal(3_600);
export const HOURS_PER_DAY: Decimal = decimal(24);
export const MS_PER_SECOND: Decimal = decimal(1_000);
export const MB_PER_GB: Decimal = decimal(1_024);

/** What is left after a free allowance. */
export function above(quantity: Decimal, free: Decimal | undefined): Decimal {
  return free === undefined ? quantity : larger(ZERO, quantity.minus(free));
}

/** ` - 400,000 free` in a working, or nothing. */
export function showFree(free: string | undefined): string {
  return free === undefined ? "" : ` - ${free} free`;
}
