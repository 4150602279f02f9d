import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { percentile } from "../../src/throughput/percentile.ts";

describe("percentile", () => {
  it("is the nearest rank, whatever the order", () => {
    const values = [30, 10, 50, 20, 40];
    expect([0.2, 0.21, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([10, 20, 30, 50, 50]);
  });

  it("is the smallest value that at least that share does not exceed", () => {
    const values = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (given, hundredths) => {
        const found = percentile(given, hundredths / 100);
        const within = (limit: number) => given.filter((value) => value <= limit).length / given.length;
        expect(within(found)).toBeGreaterThanOrEqual(hundredths / 100);
        for (const smaller of given.filter((value) => value < found)) {
          expect(within(smaller)).toBeLessThan(hundredths / 100 + 1e-9);
        }
      }),
    );
  });

  it.each([
    [[], 0.5],
    [[1], 0],
    [[1], 1.5],
    [[1], Number.NaN],
  ])("refuses %p at %p", (values, share) => {
    expect(() => percentile(values, share)).toThrow(RangeError);
  });
});
