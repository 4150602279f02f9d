import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Bag } from "../src/bag.ts";

describe("Bag", () => {
  it("holds what was added and not taken out, each as often as it was added", () => {
    const change = fc.record({ isAdded: fc.boolean(), item: fc.integer({ min: 0, max: 5 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const bag = new Bag<number>();
        const expected: number[] = [];
        for (const { isAdded, item } of changes) {
          if (isAdded) {
            bag.add(item);
            expected.push(item);
            continue;
          }
          const index = expected.indexOf(item);
          expect(bag.delete(item)).toBe(index >= 0);
          if (index >= 0) expected.splice(index, 1);
        }
        expect(bag.size).toBe(expected.length);
        expect([...bag].sort()).toEqual(expected.sort());
      }),
    );
  });
});
