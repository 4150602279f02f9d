// Four characters at a time, as one little-endian word: the first character is the lowest byte. The functions are small
// and use constants of the module, so that the engine expands all of them inside the loop that calls them.
const { clz32, imul } = Math;
const HIGH_NIBBLES = 0xf0f0f0f0 | 0;
const ZEROS = 0x30303030;
const ABOVE_NINE = 0x06060606;

/** 10^0 to 10^308, each the nearest double; exact up to 10^22. */
export const POWERS_OF_TEN: Float64Array = Float64Array.from({ length: 309 }, (_, power) => Number(`1e${power}`));

/** Whether all four characters are decimal digits. */
export function areDigits(word: number): boolean {
  return (word & (word + ABOVE_NINE) & HIGH_NIBBLES) === ZEROS;
}

/** How many digits stand before the first other character; only for words that are not all digits. */
export function countDigits(word: number): number {
  const others = ((word & HIGH_NIBBLES) | (((word + ABOVE_NINE) & HIGH_NIBBLES) >>> 4)) ^ 0x33333333;
  return (31 - clz32(others & -others)) >> 3;
}

/** The number that four digits spell. */
export function fourDigits(word: number): number {
  return combine(word - ZEROS);
}

/** The number that eight digits spell. */
export function eightDigits(first: number, second: number): number {
  return combine(first - ZEROS) * 10_000 + combine(second - ZEROS);
}

/** The number that the first one to three characters spell, all of them digits. */
export function leadingDigits(word: number, count: number): number {
  return combine((word - ZEROS) << (32 - (count << 3)));
}

/** Joins four digits to two pairs in one multiplication, and the pairs in another. */
function combine(digits: number): number {
  return imul((digits * 10 + (digits >>> 8)) & 0x00ff00ff, 0x640001) >>> 16;
}
