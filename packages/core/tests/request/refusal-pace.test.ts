import { describe, expect, it } from "@jest/globals";
import { RefusalPace } from "../../src/request/refusal-pace.ts";

const GRACE = 100;

describe("RefusalPace", () => {
  it("delays none of the first hundred, then one a millisecond, and never by more than a quarter of the time", () => {
    const pace = new RefusalPace(1_000);
    const delays = Array.from({ length: 1_000 }, () => pace.delayMs(5));
    expect(delays.slice(0, GRACE).every((delay) => delay === 0)).toBe(true);
    expect(delays.slice(GRACE, GRACE + 3)).toEqual([1, 2, 3]);
    expect(Math.max(...delays)).toBe(250);
  });

  it("forgets a rush that is over", () => {
    const pace = new RefusalPace(30_000);
    for (let refusal = 0; refusal < 2_000; refusal += 1) pace.delayMs(0);
    expect(pace.delayMs(0)).toBe(500);
    expect(pace.delayMs(400)).toBe(101);
    expect(pace.delayMs(700)).toBe(0);
  });
});
