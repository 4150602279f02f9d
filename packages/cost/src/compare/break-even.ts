import { type Decimal, decimal, floor, ONE } from "../decimal/decimal.ts";
import { type EstimateOptions, exactTotal } from "../estimate.ts";
import type { PriceBook } from "../price-book/price-book.ts";
import type { Candidate } from "./compare.ts";

/** A month's cost at so many requests; absent where the target cannot serve them. */
export interface CurvePoint {
  readonly requests: string;
  readonly total?: string;
}

/** From so many requests per month, the other candidate is the cheaper one. */
export interface BreakEven {
  /** The most requests, as a whole number, up to which `cheaperBefore` is cheaper or as cheap. */
  readonly requests: string;
  /** Index of the candidate that is cheaper up to there: 0 or 1. */
  readonly cheaperBefore: 0 | 1;
}

/** The requests between which curves and break-even points are looked for. */
export interface RequestRange {
  readonly from: number;
  readonly to: number;
}

/** Stretches narrower than a step, 7.5 %, may be overlooked. */
const STEPS_PER_DECADE = 32;

/** What a candidate costs at so many requests per month, at points that are evenly spread on a logarithmic scale. */
export function costCurve(
  candidate: Candidate,
  range: RequestRange,
  book: PriceBook,
  options: EstimateOptions = {},
): CurvePoint[] {
  return gridOf(range).map((requests) => {
    const total = totalAt(candidate, requests, book, options);
    return { requests: requests.toFixed(), ...(total === undefined ? {} : { total: total.toFixed() }) };
  });
}

/**
 * Where the cheaper one of two candidates changes. Instances are added as the load needs them, so there can be several
 * such points, or none.
 */
export function breakEven(
  pair: readonly [Candidate, Candidate],
  range: RequestRange,
  book: PriceBook,
  options: EstimateOptions = {},
): BreakEven[] {
  const isFirstCheaper = (requests: Decimal): boolean | undefined => {
    const [one, other] = pair.map((candidate) => totalAt(candidate, requests, book, options));
    return one === undefined || other === undefined ? undefined : one.lte(other);
  };
  const grid = gridOf(range).map((requests) => ({ requests, isFirst: isFirstCheaper(requests) }));
  return grid.flatMap(({ requests, isFirst }, index) => {
    const before = grid[index - 1];
    if (before?.isFirst === undefined || isFirst === undefined || before.isFirst === isFirst) return [];
    const last = lastBefore(before.requests, requests, (each) => isFirstCheaper(each) === before.isFirst);
    return [{ requests: last.toFixed(), cheaperBefore: before.isFirst ? 0 : 1 } as const];
  });
}

/** Halves the distance until the last whole number for which something holds is found. */
function lastBefore(from: Decimal, to: Decimal, holds: (requests: Decimal) => boolean): Decimal {
  let below = from;
  let above = to;
  while (above.minus(below).gt(ONE)) {
    const middle = floor(below.plus(above).div(2));
    if (holds(middle)) below = middle;
    else above = middle;
  }
  return below;
}

function gridOf({ from, to }: RequestRange): Decimal[] {
  const steps = Math.max(1, Math.ceil(Math.log10(to / from) * STEPS_PER_DECADE));
  return Array.from({ length: steps + 1 }, (_, index) => decimal(Math.round(from * (to / from) ** (index / steps))));
}

function totalAt(
  { workload, target }: Candidate,
  requests: Decimal,
  book: PriceBook,
  options: EstimateOptions,
): Decimal | undefined {
  return exactTotal({ ...workload, requests: requests.toFixed() }, target, book, options);
}
