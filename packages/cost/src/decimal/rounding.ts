import { type Decimal, decimal, sum } from "./decimal.ts";

/**
 * How lines become a total: `exact` rounds once, half up; `roundedLines` adds lines that are rounded to cents, as
 * invoices do; `awsCalculator` keeps four decimals of lines below 0.10, as the AWS Pricing Calculator does.
 */
export type RoundingMode = "exact" | "roundedLines" | "awsCalculator";

/** Every way of rounding. */
export const ROUNDING_MODES: readonly RoundingMode[] = ["exact", "roundedLines", "awsCalculator"];

const CENTS = 2;
const SMALL_LINE = decimal("0.10");
const SMALL_LINE_DECIMALS = 4;

/** Adds amounts; the total has `decimals` digits behind the point (cents in the calculator's way). */
export function addUp(amounts: readonly Decimal[], mode: RoundingMode, decimals: number = CENTS): string {
  if (mode === "exact") return sum(amounts).toFixed(decimals);
  if (mode === "roundedLines") return sum(amounts.map((amount) => amount.round(decimals))).toFixed(decimals);
  const lines = amounts.map((amount) => amount.round(amount.abs().lt(SMALL_LINE) ? SMALL_LINE_DECIMALS : CENTS));
  return sum(lines).toFixed(CENTS);
}
