/** More differences than this are no slip of the fingers. */
const MAX_DISTANCE = 2;

/** The candidate that `word` was probably meant to be. */
export function closestTo(word: string, candidates: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distanceBetween(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= MAX_DISTANCE || lower.startsWith(candidate))
    .sort((one, other) => one.distance - other.distance);
  return ranked[0]?.candidate;
}

/** Insertions, deletions and replacements that turn one word into the other (Levenshtein distance). */
function distanceBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [column, otherLetter] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
