/**
 * The smallest value that at least this share of the values does not exceed (nearest rank).
 *
 * @param share above 0, at most 1: 0.99 for the 99th percentile.
 * @throws RangeError for no values or another share.
 */
export function percentile(values: readonly number[], share: number): number {
  if (!(share > 0 && share <= 1)) throw new RangeError(`a share of ${share}`);
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.ceil(share * sorted.length) - 1];
  if (value === undefined) throw new RangeError("a percentile of no values");
  return value;
}
