import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { float16ToNumber, numberToFloat16 } from "../src/tensor/float16.ts";

const INFINITY_BITS = 0x7c00;
const SIGN = 0x8000;

/** The double next to a positive one, away from zero or towards it. */
function neighbour(value: number, step: 1n | -1n): number {
  const scratch = new DataView(new ArrayBuffer(8));
  scratch.setFloat64(0, value);
  scratch.setBigInt64(0, scratch.getBigInt64(0) + step);
  return scratch.getFloat64(0);
}

describe("float16", () => {
  it("gives every one of the 65536 bit patterns back, NaNs as the quiet NaN", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits <= 0xffff; bits++) {
      const expected = (bits & 0x7fff) > INFINITY_BITS ? 0x7e00 : bits;
      if (numberToFloat16(float16ToNumber(bits)) !== expected) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0x3555, 0.333251953125],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])("reads %i as %d", (bits, value) => {
    expect(float16ToNumber(bits)).toBe(value);
    expect(numberToFloat16(value)).toBe(bits);
  });

  it("rounds to the nearest, half-way to even, around every pair of neighbours", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < INFINITY_BITS; bits++) {
      const above = bits + 1 === INFINITY_BITS ? 65536 : float16ToNumber(bits + 1);
      const middle = (float16ToNumber(bits) + above) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const right =
        numberToFloat16(middle) === even &&
        numberToFloat16(-middle) === (even | SIGN) &&
        numberToFloat16(neighbour(middle, 1n)) === bits + 1 &&
        numberToFloat16(neighbour(middle, -1n)) === bits;
      if (!right) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  it("rounds once, straight from the double", () => {
    // By way of float32 this rounds to the tie 1 + 2^-11 and then down to 1.
    expect(numberToFloat16(1 + 2 ** -11 + 2 ** -40)).toBe(0x3c01);
  });

  it("takes numbers beyond the range to infinity and the tiniest to zero", () => {
    expect([1e300, -1e300, 65520, 65519.99].map(numberToFloat16)).toEqual([0x7c00, 0xfc00, 0x7c00, 0x7bff]);
    expect([Number.MIN_VALUE, -Number.MIN_VALUE, 2 ** -25].map(numberToFloat16)).toEqual([0, SIGN, 0]);
  });

  it("keeps the order of numbers", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (one, other) => {
        const [low, high] = one <= other ? [one, other] : [other, one];
        return float16ToNumber(numberToFloat16(low)) <= float16ToNumber(numberToFloat16(high));
      }),
    );
  });
});
