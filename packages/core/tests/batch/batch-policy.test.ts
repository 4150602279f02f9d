import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { BatchPolicies } from "../../src/batch/batch-policies.ts";
import { BatchPolicy } from "../../src/batch/batch-policy.ts";
import { type LoadResult, type SimulatedLoad, type SimulatedModel, simulate } from "./simulated-load.ts";

/** As measured on one thread with onnxruntime 1.30; a hop to a worker is part of the tiny model's time. */
const TINY: SimulatedModel = { oneRowMs: 0.15, gainOf8: 6, gainOf32: 12 };
const MLP: SimulatedModel = { oneRowMs: 4.5, gainOf8: 4.1, gainOf32: 8.7 };
const SHORT_TEXTS: SimulatedModel = { oneRowMs: 3, gainOf8: 2.1, gainOf32: 2.2 };
const LONG_TEXTS: SimulatedModel = { oneRowMs: 19.9, gainOf8: 1.18, gainOf32: 0.95 };
const CONVOLUTION: SimulatedModel = { oneRowMs: 6.4, gainOf8: 0.96, gainOf32: 0.98 };
const MODELS = { TINY, MLP, SHORT_TEXTS, LONG_TEXTS, CONVOLUTION };
const LANES = [1, 2, 4];

function compare(load: Omit<SimulatedLoad, "batching" | "requests">) {
  const whole = { requests: 2500, warmUp: 500, ...load };
  const batched = simulate({ ...whole, batching: true });
  const single = simulate({ ...whole, batching: false });
  return {
    batched,
    throughput: batched.requestsPerSecond / single.requestsPerSecond,
    mean: batched.meanMs / single.meanMs,
    p99: batched.p99Ms / single.p99Ms,
  };
}

describe("batch policy under simulated loads", () => {
  it("multiplies the throughput of an MLP with 32 clients", () => {
    for (const seed of [1, 2, 3]) {
      const { throughput, p99 } = compare({ model: MLP, lanes: 1, clients: 32, seed });
      expect(throughput).toBeGreaterThan(6);
      expect(p99).toBeLessThan(0.4);
    }
  });

  it.each(LANES)("shares an MLP's requests out among %d lanes", (lanes) => {
    const { batched, throughput, p99 } = compare({ model: MLP, lanes, clients: 32 });
    expect(throughput).toBeGreaterThan({ 1: 6, 2: 4.5, 4: 3 }[lanes] ?? Number.NaN);
    expect(p99).toBeLessThan(0.5);
    expect(Math.max(...batched.runs.slice(-100).map(({ rows }) => rows))).toBeLessThanOrEqual(32 / lanes);
  });

  it.each(LANES)("leaves a convolution as fast as it is on %d lanes", (lanes) => {
    for (const clients of [8, 32, 128]) {
      const { throughput, p99 } = compare({ model: CONVOLUTION, lanes, clients });
      expect(throughput).toBeGreaterThan(0.98);
      expect(p99).toBeLessThan(1.1);
    }
  });

  it.each(Object.entries(MODELS))("never delays a lone client: %s", (_, model) => {
    for (const lanes of LANES) {
      const { batched, mean, p99 } = compare({ model, lanes, clients: 1 });
      expect(batched.heldMs).toBe(0);
      expect(mean).toBe(1);
      expect(p99).toBe(1);
    }
  });

  it.each(Object.entries(MODELS))("is never slower, and answers no later: %s", (_, model) => {
    for (const lanes of [1, 2]) {
      for (const clients of [2, 3, 8, 32]) {
        const { throughput, mean, p99 } = compare({ model, lanes, clients });
        expect({ lanes, clients, isFast: throughput > 0.98 }).toEqual({ lanes, clients, isFast: true });
        // Where joining gains little, the first of a batch waits for the last, most of all while sizes are tried.
        const latest = model === LONG_TEXTS ? 2 : 1.15;
        expect({ lanes, clients, isPrompt: mean < 1.03 && p99 < latest }).toEqual({ lanes, clients, isPrompt: true });
      }
    }
  });

  it.each([0.3, 0.7, 0.9])("answers no later where requests come at random, at a load of %d", (load) => {
    for (const lanes of LANES) {
      const { mean } = compare({ model: MLP, lanes, requestsPerSecond: (load * lanes * 1000) / MLP.oneRowMs });
      expect(mean).toBeLessThan(1.05);
    }
  });

  it("carries loads that single runs cannot", () => {
    const { throughput, batched } = compare({ model: MLP, lanes: 1, requestsPerSecond: 3000 / MLP.oneRowMs });
    expect(throughput).toBeGreaterThan(2.9);
    expect(batched.p99Ms).toBeLessThan(20 * MLP.oneRowMs);
  });

  it("keeps its gain when everything becomes three times slower, and back", () => {
    const slowdown = (nowMs: number) => (nowMs > 3000 && nowMs < 9000 ? 3 : 1);
    const { runs } = simulate({ model: MLP, lanes: 1, clients: 32, slowdown, requests: 20_000, batching: true });
    for (const [fromMs, toMs] of [
      [2000, 3000],
      [5000, 9000],
      [10_000, 12_000],
    ] as const) {
      expect(meanRows(runs, fromMs, toMs)).toBeGreaterThan(24);
    }
  });

  it("stops joining where that ceases to pay, and begins where it comes to pay", () => {
    const slowdown = (nowMs: number, rows: number) => (nowMs > 4000 && nowMs < 60_000 && rows > 1 ? 12 : 1);
    const { runs } = simulate({ model: MLP, lanes: 1, clients: 32, slowdown, requests: 60_000, batching: true });
    expect(meanRows(runs, 2000, 4000)).toBeGreaterThan(24);
    expect(meanRows(runs, 40_000, 60_000)).toBeLessThan(1.2);
    const endMs = runs.at(-1)?.atMs ?? 0;
    expect(endMs).toBeLessThan(100_000);
    expect(meanRows(runs, endMs - 5_000, endMs)).toBeGreaterThan(12);
  });
});

function meanRows(runs: LoadResult["runs"], fromMs: number, toMs: number): number {
  const rows = runs.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map((run) => run.rows);
  return rows.reduce((sum, each) => sum + each, 0) / rows.length;
}

describe("batch policy", () => {
  const rowCounts = fc.integer({ min: 1, max: 300 });
  const steps = fc.array(
    fc.record({
      arrived: rowCounts,
      waiting: rowCounts,
      running: fc.integer({ min: 0, max: 300 }),
      lanes: fc.integer({ min: 0, max: 8 }),
      durationMs: fc.double({ min: 0.001, max: 1e5, noNaN: true }),
      passedMs: fc.double({ min: 0, max: 1e4, noNaN: true }),
      heldMs: fc.double({ min: 0, max: 1e4, noNaN: true }),
    }),
    { maxLength: 60 },
  );

  it("takes at least one row, at most those on offer and 64, and holds no longer than the run would take", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const policy = new BatchPolicy();
        let nowMs = 0;
        for (const { arrived, waiting, running, lanes, durationMs, passedMs, heldMs } of sequence) {
          nowMs += passedMs;
          policy.arrived(arrived, nowMs);
          const situation = { waitingRows: waiting, runningRows: running, lanes };
          const waitMs = policy.waitMs({ ...situation, heldMs, nowMs });
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThanOrEqual(Math.max(0, (policy.estimateMs(waiting) ?? 0) - heldMs));
          const rows = policy.rowsFor(situation);
          expect(Number.isInteger(rows)).toBe(true);
          expect(rows).toBeGreaterThanOrEqual(1);
          expect(rows).toBeLessThanOrEqual(Math.min(waiting, 64));
          policy.measured(rows, durationMs);
          policy.gave(rows, 10_000 * waiting);
          policy.answered(rows, nowMs + durationMs);
          expect(policy.estimateMs(rows)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("tells what runs take, between the sizes that it has measured and beyond", () => {
    const policy = new BatchPolicy();
    expect(policy.estimateMs(1)).toBeUndefined();
    for (let run = 0; run < 20; run++) for (const rows of [1, 4, 16]) policy.measured(rows, 10 + rows);
    for (const rows of [1, 2, 4, 9, 16, 64]) expect(policy.estimateMs(rows)).toBeCloseTo(10 + rows, 6);
  });

  it("joins requests that bring many rows themselves only where that pays", () => {
    const policy = new BatchPolicy();
    for (let run = 0; run < 20; run++) policy.measured(8, 8);
    expect(policy.rowsFor({ waitingRows: 16, runningRows: 0, lanes: 1 })).toBe(16);
    for (let run = 0; run < 20; run++) policy.measured(16, 17);
    for (let run = 0; run < 20; run++) policy.measured(32, 40);
    expect(policy.rowsFor({ waitingRows: 16, runningRows: 0, lanes: 1 })).toBeLessThan(16);
  });

  it("joins no more than give a mebibyte together, and waits for no more", () => {
    const policy = new BatchPolicy();
    const busy = { waitingRows: 64, runningRows: 0, lanes: 1 };
    for (let run = 0; run < 50; run++) {
      const rows = policy.rowsFor(busy);
      expect(rows).toBeLessThanOrEqual(run === 0 ? 64 : 4);
      policy.measured(rows, 10 + rows / 100);
      policy.gave(rows, rows * 200_000);
    }
    expect(policy.rowsFor(busy)).toBe(4);
    for (const nowMs of [0, 1, 2, 3]) policy.answered(4, nowMs);
    expect(policy.waitMs({ waitingRows: 5, runningRows: 0, lanes: 1, heldMs: 0, nowMs: 4 })).toBe(0);
    policy.gave(1, 2 ** 30);
    policy.measured(1, 10);
    expect(policy.rowsFor(busy)).toBe(1);
  });

  it("knows the kinds of requests that came last", () => {
    const policies = new BatchPolicies();
    const first = policies.for("first");
    const second = policies.for("second");
    for (let other = 0; other < 62; other++) policies.for(`${other}`);
    expect(policies.for("first")).toBe(first);
    policies.for("one more");
    expect(policies.for("first")).toBe(first);
    expect(policies.for("second")).not.toBe(second);
  });
});
