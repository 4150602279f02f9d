import { describe, expect, it } from "@jest/globals";
import { estimate, standardPriceBook, type Target, type Workload } from "@virga/cost";
import fc from "fast-check";
import { TARGETS, WORKLOAD } from "./support/targets.ts";

const book = standardPriceBook();
const RUNS = { numRuns: 40 };

/** In units of 10^-15, exactly. */
function exact(workload: Workload, target: Target, freeTier = false): bigint {
  const found = estimate(workload, target, book, { freeTier });
  if (!found.isPossible) throw new Error(found.problems.join());
  const [whole = "", decimals = ""] = found.exactTotal.split(".");
  return BigInt(whole + decimals.padEnd(15, "0"));
}

const target = fc.constantFrom(...TARGETS);
const upTo = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most });
const profile = fc.array(upTo(9), { minLength: 167, maxLength: 167 }).map((weights) => [1, ...weights]);
/** Mostly flat: an estimate of 168 different hours takes a hundred times as long. */
const traffic = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: profile.map((hourlyProfile) => ({ hourlyProfile })) },
);

describe("what an estimate costs", () => {
  it("does not fall when there are more requests", () => {
    const property = fc.property(target, traffic, upTo(10 ** 12), upTo(10 ** 12), (each, hours, one, other) => {
      const [less, more] = [one, other].sort((a, b) => a - b);
      const at = (requests: number): bigint => exact({ ...WORKLOAD, ...hours, requests }, each);
      expect(at(less!) <= at(more!)).toBe(true);
    });
    fc.assert(property, RUNS);
  });

  it("does not fall when a request takes longer", () => {
    const property = fc.property(target, traffic, upTo(29_000), upTo(29_000), (each, hours, one, other) => {
      const [less, more] = [one, other].sort((a, b) => a - b);
      const at = (durationMs: number): bigint => exact({ ...WORKLOAD, ...hours, durationMs }, each);
      expect(at(less!) <= at(more!)).toBe(true);
    });
    fc.assert(property, RUNS);
  });

  it("is no more for requests that take no time, which all find a provisioned instance", () => {
    for (const each of TARGETS.filter((target) => "provisionedConcurrency" in target)) {
      expect(exact({ ...WORKLOAD, durationMs: 0 }, each) <= exact({ ...WORKLOAD, durationMs: 1 }, each)).toBe(true);
    }
    expect.hasAssertions();
  });

  it("does not fall when more memory is needed", () => {
    const size = fc.integer({ min: 128, max: 1_536 });
    const property = fc.property(target, size, size, (each, one, other) => {
      const [less, more] = [one, other].sort((a, b) => a - b);
      const at = (memoryMb: number): bigint => exact({ ...WORKLOAD, memoryMb }, each);
      expect(at(less!) <= at(more!)).toBe(true);
    });
    fc.assert(property, RUNS);
  });

  it("is not less without the free tier, nor below 0 with it", () => {
    const property = fc.property(target, upTo(10 ** 9), upTo(5_000), (each, requests, durationMs) => {
      const workload = { ...WORKLOAD, requests, durationMs };
      expect(exact(workload, each, true) >= 0n).toBe(true);
      expect(exact(workload, each, true) <= exact(workload, each)).toBe(true);
    });
    fc.assert(property, RUNS);
  });

  it("adds up for what is billed by use alone", () => {
    const byUse = fc.constantFrom<Target>(
      { product: "lambda", region: "us-east-1" },
      { product: "sagemaker-serverless", region: "us-east-1" },
      { product: "run", region: "us-central1" },
    );
    const property = fc.property(byUse, upTo(10 ** 8), upTo(10 ** 8), upTo(20), (each, one, other, durationMs) => {
      const at = (requests: number): bigint => exact({ requests, durationMs, memoryMb: 1_024 }, each);
      expect(at(one) + at(other)).toBe(at(one + other));
    });
    fc.assert(property, RUNS);
  });

  it("is a plain number in every line, whatever is asked", () => {
    const property = fc.property(target, traffic, upTo(10 ** 12), upTo(20_000), (each, hours, requests, durationMs) => {
      const found = estimate({ ...WORKLOAD, ...hours, requests, durationMs }, each, book);
      if (!found.isPossible) throw new Error(found.problems.join());
      for (const { quantity, unitPrice, amount } of found.lines) {
        for (const number of [quantity, unitPrice, amount]) expect(number).toMatch(/^\d+(\.\d{1,15})?$/);
      }
      for (const cents of [found.total, found.idle, found.perMillion ?? "0.00"]) expect(cents).toMatch(/^\d+\.\d\d$/);
    });
    fc.assert(property, RUNS);
  });
});

describe("graduated prices", () => {
  const bounds = [
    { what: "the first band of Lambda on x64", requests: 6_000_000_000, architecture: "x64", dearest: 16_666_700_000n },
    {
      what: "the second band of Lambda on x64",
      requests: 15_000_000_000,
      architecture: "x64",
      dearest: 15_000_000_000n,
    },
    {
      what: "the first band of Lambda on arm64",
      requests: 7_500_000_000,
      architecture: "arm64",
      dearest: 13_333_400_000n,
    },
  ] as const;

  it.each(bounds)("go on without a jump after $what", ({ requests, architecture, dearest }) => {
    const lambda: Target = { product: "lambda", region: "us-east-1", architecture };
    const at = (count: number): bigint => exact({ requests: count, durationMs: 1_000, memoryMb: 1_024 }, lambda);
    const perRequest = 200_000_000n;
    expect(at(requests) - at(requests - 1)).toBe(dearest + perRequest);
    const next = at(requests + 1) - at(requests);
    expect(next > perRequest && next < dearest + perRequest).toBe(true);
  });

  it("do not drift at 10^12 requests", () => {
    const lambda: Target = { product: "lambda", region: "us-east-1" };
    const total = exact({ requests: 10 ** 12, durationMs: 1_000, memoryMb: 1_024 }, lambda);
    const bands = 6_000_000_000n * 166_667n + 9_000_000_000n * 150_000n + 985_000_000_000n * 133_334n;
    expect(total).toBe((bands + 10n ** 12n * 2_000n) * 100_000n);
  });
});
