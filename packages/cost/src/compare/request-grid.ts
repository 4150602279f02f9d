import { type Decimal, decimal, floor, ONE } from "../decimal/decimal.ts";

/** The requests per month between which curves and break-even points are looked for. */
export interface RequestRange {
  readonly from: number;
  readonly to: number;
}

/** Stretches narrower than a step, 7.5 %, may be overlooked. */
const STEPS_PER_DECADE = 32;

/** Whole numbers of requests that are evenly spread on a logarithmic scale. */
export function gridOf({ from, to }: RequestRange): Decimal[] {
  const steps = Math.max(1, Math.ceil(Math.log10(to / from) * STEPS_PER_DECADE));
  return Array.from({ length: steps + 1 }, (_, index) => decimal(Math.round(from * (to / from) ** (index / steps))));
}

/** The last whole number for which something holds that holds at `from` and not at `to`: halves the distance. */
export function lastBefore(from: Decimal, to: Decimal, holds: (requests: Decimal) => boolean): Decimal {
  let below = from;
  let above = to;
  while (above.minus(below).gt(ONE)) {
    const middle = floor(below.plus(above).div(2));
    if (holds(middle)) below = middle;
    else above = middle;
  }
  return below;
}
