/** The number behind each of the 65,536 bit patterns: by table, so that it shares nothing with what it checks. */
const NUMBERS: Float64Array = Float64Array.from({ length: 0x10000 }, (_, bits) => decode(bits));

function decode(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(bits / 0x400) % 0x20;
  const fraction = (bits % 0x400) / 0x400;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

/** The number that float16 bits stand for. */
export function float16Number(bits: number): number {
  return NUMBERS[bits] ?? Number.NaN;
}

const SIGN = 0x8000;
const INFINITY_BITS = 0x7c00;
const NAN_BITS = 0x7e00;
/** Half-way between the largest finite value and the power of two above it. */
const FIRST_INFINITE = 65_520;

/** The bits of the nearest float16; ties go to the even pattern. */
export function float16Bits(value: number): number {
  if (Number.isNaN(value)) return NAN_BITS;
  const sign = Object.is(value, -0) || value < 0 ? SIGN : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= FIRST_INFINITE) return sign + INFINITY_BITS;
  let [below, above] = [0, INFINITY_BITS];
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if (float16Number(middle) <= magnitude) below = middle;
    else above = middle;
  }
  const doubt = magnitude - float16Number(below) - (float16Number(above) - magnitude);
  return sign + (doubt > 0 || (doubt === 0 && below % 2 === 1) ? above : below);
}
