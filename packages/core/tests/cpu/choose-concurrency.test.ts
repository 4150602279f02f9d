import { describe, expect, it } from "@jest/globals";
import { chooseConcurrency } from "../../src/cpu/choose-concurrency.ts";

describe("concurrency", () => {
  it.each([
    [0.08, 1],
    [0.56, 1],
    [1, 1],
    [1.9, 1],
    [2, 2],
    [8, 8],
  ])("of %d CPUs is %i workers, each with as many threads, at most two", (cpus, workers) => {
    expect(chooseConcurrency(cpus)).toEqual({ workers, threads: Math.min(workers, 2) });
  });
});
