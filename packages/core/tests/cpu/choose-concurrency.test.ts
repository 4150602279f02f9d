import { describe, expect, it } from "@jest/globals";
import { chooseConcurrency } from "../../src/cpu/choose-concurrency.ts";

describe("concurrency", () => {
  it.each([
    [0.08, 1, 1],
    [0.56, 1, 1],
    [1, 1, 1],
    [1.9, 1, 1],
    [2, 2, 2],
    [3, 3, 3],
    [8, 8, 4],
  ])("of %d CPUs is %i workers with a thread each, and %i for a run alone", (cpus, workers, threadsAlone) => {
    expect(chooseConcurrency(cpus)).toEqual({ workers, threads: 1, threadsAlone });
  });

  it.each([
    [8, 2, { workers: 2, threads: 4, threadsAlone: 4 }],
    [2, 1, { workers: 1, threads: 2, threadsAlone: 2 }],
    [16, 2, { workers: 2, threads: 8, threadsAlone: 8 }],
    [2, 5, { workers: 5, threads: 1, threadsAlone: 2 }],
  ])("of %d CPUs for %i workers that were asked for is theirs to share", (cpus, workers, concurrency) => {
    expect(chooseConcurrency(cpus, { workers })).toEqual(concurrency);
  });

  it("has the threads that were asked for in every run", () => {
    expect(chooseConcurrency(8, { threads: 3 })).toEqual({ workers: 8, threads: 3, threadsAlone: 3 });
  });
});
