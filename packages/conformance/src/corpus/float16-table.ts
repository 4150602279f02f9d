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

const BITS: ReadonlyMap<number, number> = new Map(
  Array.from(NUMBERS, (number, bits) => [number, bits] as const).reverse(),
);

/** The bits that stand for exactly this number. */
export function float16Bits(value: number): number {
  const bits = Object.is(value, -0) ? 0x8000 : BITS.get(value);
  if (bits === undefined) throw new RangeError(`${value} is no float16.`);
  return bits;
}
