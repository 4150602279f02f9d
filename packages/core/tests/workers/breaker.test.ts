import { describe, expect, it } from "@jest/globals";
import { Breaker } from "../../src/workers/breaker.ts";

const LIMITS = { deaths: 3, withinMs: 1000, firstPauseMs: 100, longestPauseMs: 300 };

function opened(): Breaker {
  const breaker = new Breaker(LIMITS);
  for (const atMs of [0, 1, 2]) breaker.died(atMs);
  return breaker;
}

describe("breaker", () => {
  it("opens with as many deaths as are too many in the time", () => {
    const breaker = new Breaker(LIMITS);
    for (const atMs of [0, 500, 1000, 1500, 2000]) {
      breaker.died(atMs);
      expect(breaker.state).toBe("closed");
    }
    breaker.died(2001);
    expect(breaker.state).toBe("open");
    expect(breaker.deaths).toBe(3);
    expect(breaker.tryAtMs).toBe(2101);
  });

  it("stays as it is when others die while it is open", () => {
    const breaker = opened();
    breaker.died(50);
    expect(breaker.tryAtMs).toBe(102);
  });

  it("opens for twice as long, up to a bound, each time that one dies on trial", () => {
    const breaker = opened();
    for (const [atMs, pauseMs] of [
      [102, 200],
      [400, 300],
      [5000, 300],
    ] as const) {
      breaker.halfOpen();
      expect(breaker.state).toBe("half-open");
      expect(breaker.tryAtMs).toBeUndefined();
      breaker.died(atMs);
      expect(breaker.state).toBe("open");
      expect(breaker.tryAtMs).toBe(atMs + pauseMs);
    }
  });

  it("begins anew after it was closed", () => {
    const breaker = opened();
    breaker.halfOpen();
    breaker.close();
    expect(breaker.state).toBe("closed");
    for (const atMs of [10, 11]) breaker.died(atMs);
    expect(breaker.state).toBe("closed");
    breaker.died(12);
    expect(breaker.tryAtMs).toBe(112);
  });
});
