import { type FixedElementType, toDatatype } from "../../tensor/element-type.ts";
import { float16ToNumber, numberToFloat16 } from "../../tensor/float16.ts";

const RANGES: Readonly<Record<SmallIntegerType, readonly [number, number]>> = {
  bool: [0, 1],
  int8: [-(2 ** 7), 2 ** 7 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 2 ** 8 - 1],
  uint16: [0, 2 ** 16 - 1],
  uint32: [0, 2 ** 32 - 1],
};
const LARGE_RANGES: Readonly<Record<LargeIntegerType, readonly [bigint, bigint]>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};
const MOST_DIGITS_SHOWN = 30;

/** The types whose elements are `bigint`. */
export type LargeIntegerType = "int64" | "uint64";
/** The types whose elements are numbers. */
export type NumberElementType = Exclude<FixedElementType, LargeIntegerType>;
type SmallIntegerType = Exclude<NumberElementType, "float16" | "float32" | "float64">;

export function isLargeInteger(type: FixedElementType): type is LargeIntegerType {
  return type in LARGE_RANGES;
}

export function isFloat(type: FixedElementType): type is "float16" | "float32" | "float64" {
  return type.startsWith("float");
}

/** The least and the largest integer of a type. */
export function rangeOf(type: SmallIntegerType): readonly [number, number] {
  return RANGES[type];
}

/** Why the type has no element for a number; nothing where it has one. */
export function reasonAgainst(type: NumberElementType, value: number): string | undefined {
  if (type === "bool") return value === 0 || value === 1 ? undefined : `${value} is neither 0 nor 1, as BOOL needs`;
  if (isFloat(type)) {
    const overflows = Number.isFinite(value) && !Number.isFinite(nearest(type, value));
    return overflows ? beyond(value, toDatatype(type)) : undefined;
  }
  const [least, most] = rangeOf(type);
  if (Number.isInteger(value) && value >= least && value <= most) return undefined;
  if (Number.isFinite(value) && !Number.isInteger(value)) return notInteger(value, type);
  return beyond(value, `${toDatatype(type)} (${least} to ${most})`);
}

/** Why the type has no element for an integer; `undefined` in place of one stands for a fraction. */
export function reasonAgainstInteger(
  type: LargeIntegerType,
  value: bigint | undefined,
  text: string,
): string | undefined {
  if (value === undefined) return notInteger(text, type);
  const [least, most] = LARGE_RANGES[type];
  return value >= least && value <= most ? undefined : beyond(text, `${toDatatype(type)} (${least} to ${most})`);
}

/** What is written beyond the range of a double, or of a type. */
export function beyond(value: number | bigint | string, what: string): string {
  return `${short(value)} is beyond the range of ${what}`;
}

function notInteger(value: number | string, type: FixedElementType): string {
  return `${short(value)} is not an integer, as ${toDatatype(type)} needs`;
}

function short(value: number | bigint | string): string {
  const text = String(value);
  return text.length > MOST_DIGITS_SHOWN ? `${text.slice(0, MOST_DIGITS_SHOWN)}…` : text;
}

function nearest(type: "float16" | "float32" | "float64", value: number): number {
  if (type === "float16") return float16ToNumber(numberToFloat16(value));
  return type === "float32" ? Math.fround(value) : value;
}
