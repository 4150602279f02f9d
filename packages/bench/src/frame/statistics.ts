/** The middle value; the mean of the two middle ones where their number is even. @throws RangeError for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError("the median of no values");
  return (lower + upper) / 2;
}

/**
 * The median of the ratios of samples taken in the same round.
 *
 * A slow phase of the machine strikes both samples of a round, so its ratio holds where a ratio of two medians drifts.
 *
 * @throws RangeError when the two do not have the same number of rounds.
 */
export function medianRatio(dividends: readonly number[], divisors: readonly number[]): number {
  if (dividends.length !== divisors.length) {
    throw new RangeError(`${dividends.length} rounds against ${divisors.length}`);
  }
  return median(dividends.map((dividend, round) => dividend / (divisors[round] ?? Number.NaN)));
}
