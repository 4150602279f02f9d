/** Of the largest number; the original and its prepared form add up in different orders. */
const TOLERANCE = 1e-4;

/** @throws Error when an answer is not the recorded one. */
export function expectSameAnswer(answer: readonly number[], recorded: readonly number[]): void {
  const largest = Math.max(...recorded.map(Math.abs));
  const same =
    answer.length === recorded.length &&
    recorded.every((value, index) => Math.abs((answer[index] ?? Number.NaN) - value) <= TOLERANCE * largest);
  if (!same) throw new Error("the answer is not the one that was recorded from the original model");
}
