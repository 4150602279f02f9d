import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { smallest } from "../src/memory/smallest.ts";

describe("the smallest value that holds", () => {
  it("is found to the step, with few tries", async () => {
    const limits = fc.record({ threshold: fc.integer({ min: 16, max: 2000 }), step: fc.integer({ min: 1, max: 16 }) });
    await fc.assert(
      fc.asyncProperty(limits, async ({ threshold, step }) => {
        let tries = 0;
        const found = await smallest({ least: 16, most: 2000, step }, async (value) => {
          tries += 1;
          return value >= threshold;
        });
        expect(found).toBeGreaterThanOrEqual(threshold);
        expect(found).toBeLessThan(threshold + step);
        expect(tries).toBeLessThanOrEqual(13);
      }),
    );
  });

  it("is none where the largest does not hold", async () => {
    expect(await smallest({ least: 1, most: 100, step: 1 }, async () => false)).toBeUndefined();
  });
});
