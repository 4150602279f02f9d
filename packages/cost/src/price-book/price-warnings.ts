import type { Charge } from "../bill/charge.ts";
import type { PriceOrigin } from "./price.ts";

/** Half a year: providers change their lists more often than that. */
const OLD_DAYS = 183;
const MS_PER_DAY = 86_400_000;

/** What to know about the prices of a bill: old ones, doubtful ones, those of another region. */
export function priceWarnings(charges: readonly Charge[], today?: string): string[] {
  const now = today === undefined ? Date.now() : Date.parse(today);
  return [...new Set(charges.flatMap(({ origin }) => warningsOf(origin, now)))];
}

function warningsOf({ id, asOf, confidence, insteadOf }: PriceOrigin, now: number): string[] {
  if (id === undefined) return [];
  return [
    ...(insteadOf === undefined ? [] : [`the book has no price for ${insteadOf}: ${id} is taken instead`]),
    ...(confidence === "low" ? [`price ${id} is of low confidence`] : []),
    ...(asOf !== undefined && isOld(asOf, now) ? [`price ${id} is old: ${asOf}`] : []),
  ];
}

/** A year without a month may mean its first day. */
function isOld(asOf: string, now: number): boolean {
  return (now - Date.parse(asOf)) / MS_PER_DAY > OLD_DAYS;
}
