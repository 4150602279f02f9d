const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const LOWER_E = 0x65;
const CASE_BIT = 0x20;
/** More digits than any element type holds, few enough to be cheap. */
const MOST_INTEGER_DIGITS = 400;

/** Stands for a number beyond the range of a double: an integer that no element type holds either. */
export const BEYOND_DOUBLE: bigint = 10n ** 309n;

/** Numbers that JSON has no syntax for, as they are written here: quoted, or bare as some writers do. */
export const NON_FINITE: readonly string[] = ["NaN", "Infinity", "-Infinity"];

/** Position behind the JSON number that starts at `start`; -1 where there is none. Source: RFC 8259, section 6. */
export function endOfNumber(bytes: Uint8Array, start: number): number {
  const integer = bytes[start] === MINUS ? start + 1 : start;
  let position = endOfDigits(bytes, integer);
  if (position === integer || (bytes[integer] === ZERO && position > integer + 1)) return -1;
  if (bytes[position] === POINT) {
    const fraction = position + 1;
    position = endOfDigits(bytes, fraction);
    if (position === fraction) return -1;
  }
  if (((bytes[position] ?? 0) | CASE_BIT) !== LOWER_E) return position;
  const sign = bytes[position + 1];
  const exponent = sign === MINUS || sign === PLUS ? position + 2 : position + 1;
  position = endOfDigits(bytes, exponent);
  return position === exponent ? -1 : position;
}

function endOfDigits(bytes: Uint8Array, start: number): number {
  let position = start;
  while (isDigit(bytes[position])) position += 1;
  return position;
}

/** Whether a byte is a decimal digit. */
export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}

/** Whether the ASCII text stands at that position. */
export function standsAt(bytes: Uint8Array, position: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[position + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/**
 * The integer that a JSON number spells, however it is written (`1e3`, `2.0`); `undefined` for a fraction. A number
 * beyond the range of a double comes back as some integer beyond it.
 */
export function toExactInteger(text: string): bigint | undefined {
  const [signed = "", power = "0"] = text.toLowerCase().split("e");
  const sign = signed.startsWith("-") ? -1n : 1n;
  const [whole = "", fraction = ""] = signed.replace("-", "").split(".");
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return 0n;
  const significant = digits.slice(0, endWithoutZeros(digits));
  const zeros = digits.length - significant.length + Number(power) - fraction.length;
  if (zeros < 0) return undefined;
  if (significant.length + zeros > MOST_INTEGER_DIGITS) return sign * BEYOND_DOUBLE;
  return sign * BigInt(significant) * 10n ** BigInt(zeros);
}

/** A loop, because a pattern anchored at the end takes quadratic time on a long run of zeros. */
function endWithoutZeros(digits: string): number {
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === ZERO) end -= 1;
  return end;
}
