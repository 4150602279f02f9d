import { areDigits, countDigits, eightDigits, fourDigits, leadingDigits, POWERS_OF_TEN } from "./decimal-digits.ts";
import type { JsonBytes } from "./json-bytes.ts";
import { block, run } from "./number-block.ts";
import { isDigit } from "./number-text.ts";
import { skipWhitespace } from "./white-space.ts";

const PLUS = 0x2b;
const MINUS = 0x2d;
const ZERO = 0x30;
/** Four bytes are read at a time, and at most this many past a number's start. */
const LOOKAHEAD_BYTES = 64;
const MOST_EXPONENT_DIGITS = 3;
const BEYOND_TABLE = 2 * POWERS_OF_TEN.length;
/** Between these, float32 has the spacing that the below counts with. */
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
export function readCommonNumbers(source: JsonBytes, start: number): number {
  const { bytes } = source;
  const lastSafe = bytes.length - LOOKAHEAD_BYTES;
  if (start >= lastSafe) return start;
  const { view } = source;
  // What the loop uses is local: a name of the module is looked up and checked anew at every use.
  const space = 0x20;
  const comma = 0x2c;
  const minus = 0x2d;
  const point = 0x2e;
  const zero = 0x30;
  const bracketClose = 0x5d;
  const lowerE = 0x65;
  const caseBit = 0x20;
  const mostDigitsBeforePoint = 8;
  /* From this many digits after the point on, the mantissa is rounded or further digits are left out. */
  const mostDigitsAfterPoint = 16;
  const largestExactPower = 22;
  /*
   * A mantissa of at least 10^12 whose further digits are left out is off by less than 10^-12 of it, which is 9008 units
   * in the last place of a double; the few roundings add less than 30. Rounded to float32 it gives what the exact number
   * gives, unless a point half-way between two float32 numbers is nearer than that: such a number is not read here.
   */
  const leastCutMantissa = 1e12;
  const doubt = 16_384;
  const belowFloat32 = 0x1fffffff;
  const halfWay = 0x10000000;
  const leastEvenlySpaced = LEAST_EVENLY_SPACED;
  const largestEvenlySpaced = LARGEST_EVENLY_SPACED;
  const allDigits = areDigits;
  const digitsIn = countDigits;
  const four = fourDigits;
  const eight = eightDigits;
  const leading = leadingDigits;
  const powers = POWERS_OF_TEN;
  const numbers = block;
  const words = blockWords;
  const most = numbers.length;
  let { count } = run;
  let exact = true;
  let ended = false;
  let position = start;
  let read = start;
  while (count < most && position < lastSafe && !ended) {
    let byte = bytes[position] ?? 0;
    if (byte <= space) {
      position = skipWhitespace(bytes, position);
      byte = bytes[position] ?? 0;
      if (position >= lastSafe) break;
    }
    const negative = byte === minus ? 1 : 0;
    position += negative;
    let digitsStart = position;
    let mantissa = (bytes[position] ?? 0) - zero;
    if (mantissa >= 0 && mantissa <= 9 && bytes[position + 1] === point) {
      position += 1;
    } else {
      const first = mantissa;
      mantissa = 0;
      let word = view.getInt32(position, true);
      while (allDigits(word) && position < digitsStart + mostDigitsBeforePoint) {
        mantissa = mantissa * 1e4 + four(word);
        position += 4;
        word = view.getInt32(position, true);
      }
      const digits = digitsIn(word);
      position += digits;
      if (digits > 0) mantissa = mantissa * (powers[digits] ?? 0) + leading(word, digits);
      if (digits < 0 || position === digitsStart || (first === 0 && position > digitsStart + 1)) break;
    }
    byte = bytes[position] ?? 0;
    let scale = 0;
    if (byte === point) {
      position += 1;
      digitsStart = position;
      let word = view.getInt32(position, true);
      const second = view.getInt32(position + 4, true);
      if (allDigits(word) && allDigits(second)) {
        const third = view.getInt32(position + 8, true);
        const fourth = view.getInt32(position + 12, true);
        if (allDigits(third) && allDigits(fourth)) {
          mantissa = mantissa * 1e16 + (eight(word, second) * 1e8 + eight(third, fourth));
          scale = mostDigitsAfterPoint;
          position += 16;
          word = view.getInt32(position, true);
          if (allDigits(word)) {
            if (mantissa < leastCutMantissa) {
              mantissa = mantissa * 1e4 + four(word);
              scale += 4;
            }
            position += 4;
            word = view.getInt32(position, true);
          }
          const digits = digitsIn(word);
          position += digits;
          if (digits < 0) break;
        }
      }
      if (scale === 0) {
        while (allDigits(word)) {
          mantissa = mantissa * 1e4 + four(word);
          position += 4;
          word = view.getInt32(position, true);
        }
        const digits = digitsIn(word);
        position += digits;
        scale = position - digitsStart;
        if (scale === 0) break;
        if (digits > 0) mantissa = mantissa * (powers[digits] ?? 0) + leading(word, digits);
      }
      byte = bytes[position] ?? 0;
    }
    let rounded = scale >= mostDigitsAfterPoint || mantissa > Number.MAX_SAFE_INTEGER;
    if ((byte | caseBit) === lowerE) {
      position = readExponent(bytes, position + 1);
      byte = bytes[position] ?? 0;
      const power = exponent - scale;
      const value = power < 0 ? mantissa / (powers[-power] ?? 0) : mantissa * (powers[power] ?? 0);
      rounded = rounded || power < -largestExactPower || power > largestExactPower;
      if (rounded && !(value > leastEvenlySpaced && value < largestEvenlySpaced)) break;
      numbers[count] = value * (1 - 2 * negative);
    } else {
      numbers[count] = (mantissa / (powers[scale] ?? 1)) * (1 - 2 * negative);
    }
    if (rounded) {
      exact = false;
      if (scale >= mostDigitsAfterPoint && mantissa < leastCutMantissa) break;
      const below = (words[2 * count] ?? 0) & belowFloat32;
      if ((below - (halfWay - doubt)) >>> 0 < 2 * doubt) break;
    }
    if (byte !== comma) {
      if (byte <= space) {
        position = skipWhitespace(bytes, position);
        byte = bytes[position] ?? 0;
      }
      ended = byte === bracketClose;
      if (!ended && byte !== comma) break;
    }
    count += 1;
    position += 1;
    read = position;
  }
  run.count = count;
  run.exact = run.exact && exact;
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
