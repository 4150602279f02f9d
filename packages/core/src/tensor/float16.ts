const SMALLEST_NORMAL = 2 ** -14;
/** Half-way between the largest finite float16 and the next power of two: ties go to even, so this is infinity. */
const FIRST_INFINITE = 65520;
const EXPONENT_BIAS = 15;
const MANTISSA_BITS = 10;

const scratch = new DataView(new ArrayBuffer(8));

/** The number that the bits of a float16 stand for. Source: IEEE 754 binary16. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> MANTISSA_BITS) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (mantissa + 0x400) * 2 ** (exponent - EXPONENT_BIAS - MANTISSA_BITS);
}

/**
 * The bits of the float16 nearest to a number: ties to even, overflow to infinity, every NaN to the quiet one.
 * Source: IEEE 754 binary16.
 */
export function numberToFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  scratch.setFloat64(0, value);
  const high = scratch.getUint32(0);
  const sign = (high >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (magnitude >= FIRST_INFINITE) return sign | 0x7c00;
  if (magnitude < SMALLEST_NORMAL) return sign | roundHalfToEven(magnitude * 2 ** 24);
  const exponent = ((high >>> 20) & 0x7ff) - 1023;
  const significand = roundHalfToEven(magnitude * 2 ** (MANTISSA_BITS - exponent));
  // A significand rounded up to 2048 carries into the exponent, as it must.
  return sign | (((exponent + EXPONENT_BIAS) << MANTISSA_BITS) + significand - 0x400);
}

/** Rounds a number between 0 and 2^51; a double has no bits left for a fraction once 2^52 is added. */
function roundHalfToEven(value: number): number {
  return value + 2 ** 52 - 2 ** 52;
}
