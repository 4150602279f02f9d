import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { median, medianRatio } from "../src/frame/statistics.ts";

const samples = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });

describe("median", () => {
  it("is the middle value, or the mean of the two in the middle", () => {
    expect(median([9, 1, 10])).toBe(9);
    expect(median([10, 9, 100, 1])).toBe(9.5);
  });

  it("has as many values below as above and leaves its argument alone", () => {
    fc.assert(
      fc.property(samples, (values) => {
        const before = [...values];
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
        expect(values).toEqual(before);
      }),
    );
  });

  it("refuses no values", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe("medianRatio", () => {
  it("compares within a round, so that slow rounds do not count", () => {
    const slowRounds = [1, 50, 1, 1, 70];
    const naive = slowRounds.map((slowness) => 6 * slowness);
    const ours = slowRounds.map((slowness) => 2 * slowness);
    expect(medianRatio(naive, ours)).toBe(3);
  });

  it("is the factor between two series that differ by a factor", () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0.01, max: 100, noNaN: true }), (values, factor) => {
        const scaled = values.map((value) => value * factor);
        expect(medianRatio(scaled, values)).toBeCloseTo(factor, 9);
      }),
    );
  });

  it("refuses series of different lengths", () => {
    expect(() => medianRatio([1, 2], [1])).toThrow("2 rounds against 1");
  });
});
