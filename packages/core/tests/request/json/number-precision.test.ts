import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { NumberPrecision } from "../../../src/request/json/number-array.ts";
import { toExactInteger } from "../../../src/request/json/number-text.ts";
import { parseJson } from "../../../src/request/json/parse-json.ts";
import { asNumbers, PADDING, utf8 } from "./json-documents.ts";

const NUMBERS = 100_000;
const PRECISIONS: readonly NumberPrecision[] = ["float32", "float64"];

/** Reads numbers as tensors of either float type would, and compares bit for bit with the platform's own parser. */
function expectExact(texts: readonly string[]): void {
  const document = `[${texts.join(",")}]`;
  const values: number[] = JSON.parse(document);
  for (const precision of PRECISIONS) {
    const array = asNumbers(parseJson(utf8(document + PADDING), precision));
    expect(firstDifference(array.toFloat32(), Float32Array.from(values), texts)).toBeUndefined();
    expect(firstDifference(array.toFloat64(), Float64Array.from(values), texts)).toBeUndefined();
  }
}

function firstDifference(
  actual: Float32Array | Float64Array,
  expected: Float32Array | Float64Array,
  texts: readonly string[],
): string | undefined {
  if (Buffer.from(actual.buffer, actual.byteOffset, actual.byteLength).equals(Buffer.from(expected.buffer)))
    return undefined;
  if (actual.length !== expected.length) return `${actual.length} numbers instead of ${expected.length}`;
  const index = actual.findIndex((value, each) => !Object.is(value, expected[each]));
  return index < 0 ? undefined : `${texts[index]} was read as ${actual[index]}, not ${expected[index]}`;
}

/** A plain generator, because a property over millions of numbers has no time for shrinking. */
function words(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function eachSeed(check: (next: () => number) => void, numRuns: number): void {
  fc.assert(
    fc.property(fc.integer(), (seed) => check(words(seed))),
    { numRuns, endOnFailure: true },
  );
}

const bits = new DataView(new ArrayBuffer(8));

function float32Of(word: number): number {
  bits.setUint32(0, word);
  const value = bits.getFloat32(0);
  return Number.isFinite(value) ? value : 1;
}

function float64Of(high: number, low: number): number {
  bits.setUint32(0, high);
  bits.setUint32(4, low);
  const value = bits.getFloat64(0);
  return Number.isFinite(value) ? value : 1;
}

function printed(value: number, form: number): string {
  const digits = 1 + ((form >>> 8) % 21);
  if (form % 4 === 0) return String(value);
  if (form % 4 === 1) return value.toPrecision(digits);
  if (form % 4 === 2) return value.toExponential(digits);
  return Math.abs(value) < 1e21 ? value.toFixed(digits) : String(value);
}

describe("numbers are read bit for bit as JSON.parse reads them", () => {
  it("for a million float32 numbers of any size, in every form", () => {
    eachSeed((next) => expectExact(Array.from({ length: NUMBERS }, () => printed(float32Of(next()), next()))), 10);
  });

  it("for float32 numbers as JavaScript prints them, between -2 and 2", () => {
    eachSeed(
      (next) => expectExact(Array.from({ length: NUMBERS }, () => String(Math.fround(next() / 2 ** 30 - 2)))),
      3,
    );
  });

  it("for doubles of any size", () => {
    eachSeed((next) => {
      const texts = Array.from({ length: NUMBERS }, () => printed(float64Of(next(), next()), next()));
      const values = texts.map(Number);
      const array = asNumbers(parseJson(utf8(`[${texts.join(",")}]${PADDING}`)));
      expect(firstDifference(array.toFloat64(), Float64Array.from(values), texts)).toBeUndefined();
      expect(firstDifference(array.toFloat32(), Float32Array.from(values), texts)).toBeUndefined();
    }, 2);
  });

  it("for decimals beside the points half-way between two float32 numbers", () => {
    eachSeed((next) => {
      const texts: string[] = [];
      while (texts.length < NUMBERS / 2) {
        const word = next();
        const middle = (float32Of(word & 0x7ffffffe) + float32Of((word & 0x7ffffffe) + 1)) / 2;
        const nudged = middle * (1 + ((next() % 5) - 2) * 2 ** -52);
        const digits = 8 + (next() % 40);
        texts.push(nudged.toPrecision(digits), nudged.toExponential(digits));
        if (nudged < 1e21) texts.push(nudged.toFixed(digits), `${nudged.toFixed(digits)}0000001`);
      }
      expectExact(texts);
    }, 4);
  });

  it("for every count of digits before and after the point, and every exponent", () => {
    const digit = fc.integer({ min: 0, max: 9 });
    const digits = (minLength: number): fc.Arbitrary<string> =>
      fc.array(digit, { minLength, maxLength: 24 }).map((each) => each.join(""));
    const exponent = fc.oneof(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -1200, max: 1200 }));
    const number = fc
      .tuple(
        fc.constantFrom("", "-"),
        digits(1),
        fc.option(digits(1)),
        fc.option(exponent),
        fc.constantFrom("e", "E", "e+"),
      )
      .map(([sign, whole, fraction, power, mark]) => {
        const integer = whole.replace(/^0+(?=\d)/, "");
        const suffix = power === null ? "" : `${power < 0 ? "E" : mark}${power}`;
        return `${sign}${integer}${fraction === null ? "" : `.${fraction}`}${suffix}`;
      });
    fc.assert(fc.property(fc.array(number, { minLength: 1, maxLength: 40 }), expectExact), { numRuns: 3000 });
  });

  it("for numbers of each length at the end of the body, where the fast way stops", () => {
    for (const text of ["0.12345679104328156", "-1.5e-7", "123456789012", "0", "1e-400"]) {
      for (let padding = 0; padding < 80; padding += 1) {
        const array = asNumbers(parseJson(utf8(`[${text},${text}]${" ".repeat(padding)}`)));
        expect(Array.from(array.toFloat64())).toEqual([Number(text), Number(text)]);
      }
    }
  });

  it("for numbers on the borders of float32", () => {
    const borders = [
      "1.17549435e-38",
      "1.1754942e-38",
      "1e-45",
      "7e-46",
      "7.1e-46",
      "3.4028234663852886e38",
      "3.40282351e38",
    ];
    expectExact([...borders, ...borders.map((text) => `-${text}`), "-0", "-0.0", "0e5", "16777217", "16777219"]);
  });
});

describe("toExactInteger", () => {
  it("gives back any integer, however its point and exponent are set", () => {
    const shift = fc.integer({ min: 0, max: 25 });
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), shift, shift, (integer, zeros, places) => {
        const digits = `${integer < 0n ? -integer : integer}`.padStart(places + 1, "0");
        const point = `${digits.slice(0, digits.length - places)}.${digits.slice(digits.length - places)}0`;
        const sign = integer < 0n ? "-" : "";
        expect(toExactInteger(`${sign}${point}e${places}`)).toBe(integer);
        expect(toExactInteger(`${sign}${point}E+${places + zeros}`)).toBe(integer * 10n ** BigInt(zeros));
        expect(toExactInteger(`${sign}${digits}${"0".repeat(zeros)}e-${zeros}`)).toBe(integer);
      }),
    );
  });

  it("tells fractions, and does not compute what no type holds", () => {
    expect(toExactInteger("1.5")).toBeUndefined();
    expect(toExactInteger("1e-1")).toBeUndefined();
    expect(toExactInteger("0e-99999999999999999999")).toBe(0n);
    expect(toExactInteger("-1e999999999999")).toBeLessThan(-BigInt(Number.MAX_VALUE));
  });
});
