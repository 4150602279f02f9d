import { areDigits, countDigits, eightDigits, fourDigits, leadingDigits, POWERS_OF_TEN } from "./decimal-digits.ts";
import type { JsonBytes } from "./json-bytes.ts";
import { block, run } from "./number-block.ts";
import { isDigit } from "./number-text.ts";
import { skipWhitespace } from "./white-space.ts";

const SPACE = 0x20;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const BRACKET_CLOSE = 0x5d;
const LOWER_E = 0x65;
const CASE_BIT = 0x20;

/** Four bytes are read at a time, and at most this many past a number's start. */
const LOOKAHEAD_BYTES = 64;
const MOST_DIGITS_BEFORE_POINT = 8;
/** From this many digits after the point on, the mantissa is rounded or further digits are left out. */
const MOST_DIGITS_AFTER_POINT = 16;
const LARGEST_EXACT_POWER = 22;
const MOST_EXPONENT_DIGITS = 3;
const BEYOND_TABLE = 2 * POWERS_OF_TEN.length;

/*
 * A mantissa of at least 10^12 whose further digits are left out is off by less than 10^-12 of it, which is 9008 units
 * in the last place of a double; the few roundings add less than 30. Rounded to float32 it gives what the exact number
 * gives, unless a point half-way between two float32 numbers is nearer than that: such a number is not read here.
 */
const LEAST_CUT_MANTISSA = 1e12;
const DOUBT = 16_384;
const BELOW_FLOAT32 = 0x1fffffff;
const HALF_WAY = 0x10000000;
/** Between these, float32 has the spacing that the above counts with. */
const LEAST_EVENLY_SPACED = 2 ** -126 * (1 + 2 ** -20);
const LARGEST_EVENLY_SPACED = 2 ** 128 * (1 - 2 ** -20);

const blockWords = new Uint32Array(block.buffer);

/**
 * Reads the numbers of an array into the block, up to the array's end, a full block, or a number that is not of the
 * common kind: longer than a double needs, too near to the half-way point between two float32 numbers, within the last
 * bytes of the document, or none at all.
 *
 * @returns the position behind the last number's comma or bracket.
 */
// biome-ignore lint/complexity/noExcessiveCognitiveComplexity: one loop, because calls would cost a third of its speed
export function readCommonNumbers({ bytes, view }: JsonBytes, start: number): number {
  const lastSafe = bytes.length - LOOKAHEAD_BYTES;
  const most = block.length;
  let { count, exact, ended } = run;
  let position = start;
  let read = start;
  while (count < most && position < lastSafe && !ended) {
    let byte = bytes[position] ?? 0;
    if (byte <= SPACE) {
      position = skipWhitespace(bytes, position);
      byte = bytes[position] ?? 0;
      if (position >= lastSafe) break;
    }
    const negative = byte === MINUS ? 1 : 0;
    position += negative;
    let digitsStart = position;
    let mantissa = (bytes[position] ?? 0) - ZERO;
    if (mantissa >= 0 && mantissa <= 9 && bytes[position + 1] === POINT) {
      position += 1;
    } else {
      const first = mantissa;
      mantissa = 0;
      let word = view.getInt32(position, true);
      while (areDigits(word) && position < digitsStart + MOST_DIGITS_BEFORE_POINT) {
        mantissa = mantissa * 1e4 + fourDigits(word);
        position += 4;
        word = view.getInt32(position, true);
      }
      const digits = countDigits(word);
      position += digits;
      if (digits > 0) mantissa = mantissa * (POWERS_OF_TEN[digits] ?? 0) + leadingDigits(word, digits);
      if (digits < 0 || position === digitsStart || (first === 0 && position > digitsStart + 1)) break;
    }
    byte = bytes[position] ?? 0;
    let scale = 0;
    if (byte === POINT) {
      position += 1;
      digitsStart = position;
      let word = view.getInt32(position, true);
      const second = view.getInt32(position + 4, true);
      if (areDigits(word) && areDigits(second)) {
        const third = view.getInt32(position + 8, true);
        const fourth = view.getInt32(position + 12, true);
        if (areDigits(third) && areDigits(fourth)) {
          mantissa = mantissa * 1e16 + (eightDigits(word, second) * 1e8 + eightDigits(third, fourth));
          scale = MOST_DIGITS_AFTER_POINT;
          position += 16;
          word = view.getInt32(position, true);
          if (areDigits(word)) {
            if (mantissa < LEAST_CUT_MANTISSA) {
              mantissa = mantissa * 1e4 + fourDigits(word);
              scale += 4;
            }
            position += 4;
            word = view.getInt32(position, true);
          }
          const digits = countDigits(word);
          position += digits;
          if (digits < 0) break;
        }
      }
      if (scale === 0) {
        while (areDigits(word)) {
          mantissa = mantissa * 1e4 + fourDigits(word);
          position += 4;
          word = view.getInt32(position, true);
        }
        const digits = countDigits(word);
        position += digits;
        scale = position - digitsStart;
        if (scale === 0) break;
        if (digits > 0) mantissa = mantissa * (POWERS_OF_TEN[digits] ?? 0) + leadingDigits(word, digits);
      }
      byte = bytes[position] ?? 0;
    }
    let rounded = scale >= MOST_DIGITS_AFTER_POINT || mantissa > Number.MAX_SAFE_INTEGER;
    if ((byte | CASE_BIT) === LOWER_E) {
      position = readExponent(bytes, position + 1);
      byte = bytes[position] ?? 0;
      const power = exponent - scale;
      const value = power < 0 ? mantissa / (POWERS_OF_TEN[-power] ?? 0) : mantissa * (POWERS_OF_TEN[power] ?? 0);
      rounded = rounded || power < -LARGEST_EXACT_POWER || power > LARGEST_EXACT_POWER;
      if (rounded && !(value > LEAST_EVENLY_SPACED && value < LARGEST_EVENLY_SPACED)) break;
      block[count] = value * (1 - 2 * negative);
    } else {
      block[count] = (mantissa / (POWERS_OF_TEN[scale] ?? 1)) * (1 - 2 * negative);
    }
    if (rounded) {
      exact = false;
      if (scale >= MOST_DIGITS_AFTER_POINT && mantissa < LEAST_CUT_MANTISSA) break;
      const below = (blockWords[2 * count] ?? 0) & BELOW_FLOAT32;
      if ((below - (HALF_WAY - DOUBT)) >>> 0 < 2 * DOUBT) break;
    }
    if (byte !== COMMA) {
      if (byte <= SPACE) {
        position = skipWhitespace(bytes, position);
        byte = bytes[position] ?? 0;
      }
      ended = byte === BRACKET_CLOSE;
      if (!ended && byte !== COMMA) break;
    }
    count += 1;
    position += 1;
    read = position;
  }
  run.count = count;
  run.exact = exact;
  run.ended = ended;
  return read;
}

/** The power of ten that `readExponent` found; beyond the table where it is longer. */
let exponent = 0;

function readExponent(bytes: Uint8Array, start: number): number {
  const sign = bytes[start];
  const digits = sign === MINUS || sign === PLUS ? start + 1 : start;
  let position = digits;
  let value = 0;
  while (isDigit(bytes[position]) && position < digits + MOST_EXPONENT_DIGITS) {
    value = value * 10 + (bytes[position] ?? 0) - ZERO;
    position += 1;
  }
  const readable = position > digits && !isDigit(bytes[position]);
  exponent = readable ? (sign === MINUS ? -value : value) : BEYOND_TABLE;
  return position;
}
