/** Numbers are read into this block, which stays in the processor's cache, and stored from there. */
export const block: Float64Array = new Float64Array(4096);

/** What reading left behind; one object, because there is no time to make one for every row. */
export const run: {
  /** Numbers in the block; the next ones go behind them. */
  count: number;
  /** Whether the array ended. */
  ended: boolean;
  /** Whether every number is what `Number` gives for its text, not only nearest to the same float32. */
  exact: boolean;
  /** Whether the name of a number that is not finite stood among them. */
  named: boolean;
  /** Whether a number was beyond the range of a float32. */
  large: boolean;
} = { count: 0, ended: false, exact: true, named: false, large: false };

/** Empties the block. */
export function resetRun(): void {
  run.count = 0;
  run.ended = false;
  run.exact = true;
  run.named = false;
  run.large = false;
}
