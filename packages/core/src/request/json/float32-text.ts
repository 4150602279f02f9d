import { POWERS_OF_TEN } from "./decimal-digits.ts";

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const LOWER_E = 0x65;
/** Any decimal of six digits comes out again at seven; nine always tell a float32 from its neighbours. */
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 9;
const FIRST_INEXACT_INTEGER = 2 ** 24;
const LEAST_NORMAL = 2 ** -126;
/** Powers of ten outside of these are written as an exponent. */
const LEAST_PLAIN_POWER = -6;
const LARGEST_PLAIN_POWER = 14;
const BIAS = 127;
/** More than the powers of ten and the roundings are off by. */
const BIT_MORE = 1 + 2 ** -50;
const BIT_LESS = 1 - 2 ** -50;

/** A number never takes more bytes than this. */
export const MOST_FLOAT32_BYTES = 32;

const bits = new Uint32Array(1);
const bitsAsFloat = new Float32Array(bits.buffer);

/**
 * Writes a finite float32 with the fewest of 7 to 9 digits that give it back, without trailing zeros.
 *
 * @returns the position behind it.
 */
export function writeFloat32(bytes: Uint8Array, start: number, value: number): number {
  let position = start;
  if (value < 0 || Object.is(value, -0)) {
    bytes[position] = MINUS;
    position += 1;
  }
  const size = Math.abs(value);
  if (size < FIRST_INEXACT_INTEGER && (size | 0) === size) return writeInteger(bytes, position, size, 1);
  if (size < LEAST_NORMAL) return writeText(bytes, position, shortestText(size));
  const power = decimalPower(size);
  for (let digits = FEWEST_DIGITS; digits <= MOST_DIGITS; digits += 1) {
    const places = digits - 1 - power;
    const mantissa = (scale(size, places) + 0.5) | 0;
    const back = scale(mantissa, -places);
    if (Math.fround(back * BIT_LESS) === size && Math.fround(back * BIT_MORE) === size) {
      return writeDecimal(bytes, position, mantissa, places, power);
    }
  }
  return writeText(bytes, position, shortestText(size));
}

function scale(value: number, power: number): number {
  return power < 0 ? value / tenTo(-power) : value * tenTo(power);
}

function tenTo(power: number): number {
  return POWERS_OF_TEN[power] ?? 0;
}

/** The power of ten of the first digit. */
function decimalPower(size: number): number {
  bitsAsFloat[0] = size;
  // 1233 / 4096 is just above the logarithm of two: the guess is right or one too small.
  const next = (((((bits[0] ?? 0) >>> 23) - BIAS) * 1233) >> 12) + 1;
  return (next < 0 ? size * tenTo(-next) >= 1 : size >= tenTo(next)) ? next : next - 1;
}

/** Writes an integer with so many decimal places; `power` is that of its first digit. */
function writeDecimal(bytes: Uint8Array, start: number, mantissa: number, places: number, power: number): number {
  let digits = mantissa;
  let after = places;
  while (after > 0 && digits % 10 === 0) {
    digits = (digits / 10) | 0;
    after -= 1;
  }
  if (power < LEAST_PLAIN_POWER || power > LARGEST_PLAIN_POWER) return writeWithExponent(bytes, start, digits, after);
  if (after <= 0) return writeZeros(bytes, writeInteger(bytes, start, digits, 1), -after);
  const beforeDigits = Math.max(after - MOST_DIGITS, 0);
  const whole = beforeDigits > 0 ? 0 : (digits / tenTo(after)) | 0;
  const point = writeInteger(bytes, start, whole, 1);
  bytes[point] = POINT;
  const position = writeZeros(bytes, point + 1, beforeDigits);
  return writeInteger(bytes, position, digits - whole * tenTo(after), after - beforeDigits);
}

function writeWithExponent(bytes: Uint8Array, start: number, mantissa: number, places: number): number {
  let digits = mantissa;
  let after = places;
  while (digits % 10 === 0) {
    digits = (digits / 10) | 0;
    after -= 1;
  }
  const end = writeInteger(bytes, start + 1, digits, 1);
  const count = end - start - 1;
  bytes[start] = bytes[start + 1] ?? ZERO;
  bytes[start + 1] = POINT;
  const power = count - 1 - after;
  const position = count === 1 ? start + 1 : end;
  bytes[position] = LOWER_E;
  bytes[position + 1] = power < 0 ? MINUS : PLUS;
  return writeInteger(bytes, position + 2, Math.abs(power), 1);
}

/** Writes an integer below 2^31 with at least so many digits. */
function writeInteger(bytes: Uint8Array, start: number, value: number, least: number): number {
  let count = least;
  while (value >= tenTo(count)) count += 1;
  let rest = value;
  for (let position = start + count - 1; position >= start; position -= 1) {
    const next = (rest / 10) | 0;
    bytes[position] = ZERO + rest - next * 10;
    rest = next;
  }
  return start + count;
}

function writeZeros(bytes: Uint8Array, start: number, count: number): number {
  for (let position = start; position < start + count; position += 1) bytes[position] = ZERO;
  return start + count;
}

/** For the numbers too small to have all their digits. */
function shortestText(size: number): string {
  let text = String(size);
  for (let digits = MOST_DIGITS; digits >= 1; digits -= 1) {
    const shorter = Number(size.toPrecision(digits));
    if (Math.fround(shorter) !== size) break;
    text = String(shorter);
  }
  return text;
}

/** Writes ASCII. */
export function writeText(bytes: Uint8Array, start: number, text: string): number {
  for (let index = 0; index < text.length; index += 1) bytes[start + index] = text.charCodeAt(index);
  return start + text.length;
}
