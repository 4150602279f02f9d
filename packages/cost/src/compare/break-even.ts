import { type Decimal, decimal } from "../decimal/decimal.ts";
import { type EstimateOptions, exactTotal } from "../estimate.ts";
import type { PriceBook } from "../price-book/price-book.ts";
import type { Candidate } from "./compare.ts";
import { gridOf, lastBefore, type RequestRange } from "./request-grid.ts";

/** A month's cost at so many requests; absent where the target cannot serve them. */
export interface CurvePoint {
  readonly requests: string;
  readonly total?: string;
}

/** From so many requests per month, the other candidate is the cheaper one. */
export interface BreakEven {
  /** The most requests, as a whole number, up to which the candidate `cheaperBefore` is cheaper or as cheap. */
  readonly requests: string;
  /** Index of that candidate. */
  readonly cheaperBefore: 0 | 1;
}

/** A stretch of traffic in which one candidate is the cheapest. */
export interface CheapestRange {
  readonly from: string;
  readonly to: string;
  /** Index of the candidate; absent where none can serve. */
  readonly cheapest?: number;
}

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
 * such points, or none; stretches narrower than 7.5 % may be overlooked.
 */
export function breakEven(
  pair: readonly [Candidate, Candidate],
  range: RequestRange,
  book: PriceBook,
  options: EstimateOptions = {},
): BreakEven[] {
  const ranges = cheapestRanges(pair, range, book, options);
  return ranges.flatMap(({ to, cheapest }, index) => {
    const next = ranges[index + 1]?.cheapest;
    if (cheapest === undefined || next === undefined) return [];
    return [{ requests: to, cheaperBefore: cheapest === 0 ? 0 : 1 } as const];
  });
}

/** Which candidate is the cheapest at how many requests per month; of equally cheap ones the first. */
export function cheapestRanges(
  candidates: readonly Candidate[],
  range: RequestRange,
  book: PriceBook,
  options: EstimateOptions = {},
): CheapestRange[] {
  const cheapestAt = (requests: Decimal): number | undefined =>
    indexOfLeast(candidates.map((candidate) => totalAt(candidate, requests, book, options)));
  const [first = decimal(range.from), ...rest] = gridOf(range);
  const ranges: CheapestRange[] = [];
  let start = first;
  let before = first;
  let cheapest = cheapestAt(first);
  const end = (to: Decimal): void => {
    ranges.push({ from: start.toFixed(), to: to.toFixed(), ...(cheapest === undefined ? {} : { cheapest }) });
  };
  for (const requests of rest) {
    const next = cheapestAt(requests);
    if (next !== cheapest) {
      const last = lastBefore(before, requests, (each) => cheapestAt(each) === cheapest);
      end(last);
      start = last.plus(1);
      cheapest = next;
    }
    before = requests;
  }
  end(before);
  return ranges;
}

function indexOfLeast(totals: readonly (Decimal | undefined)[]): number | undefined {
  return totals.reduce<number | undefined>((least, total, index) => {
    if (total === undefined) return least;
    const best = least === undefined ? undefined : totals[least];
    return best === undefined || total.lt(best) ? index : least;
  }, undefined);
}

function totalAt(
  { workload, target }: Candidate,
  requests: Decimal,
  book: PriceBook,
  options: EstimateOptions,
): Decimal | undefined {
  return exactTotal({ ...workload, requests: requests.toFixed() }, target, book, options);
}
