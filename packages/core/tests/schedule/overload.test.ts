import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ServiceMetrics } from "../../src/metrics/service-metrics.ts";
import { Scheduler } from "../../src/schedule/scheduler.ts";
import { outcome } from "./outcomes.ts";
import { rowsOf, SimulatedLanes, SimulatedMachine } from "./simulated-lanes.ts";
import { SimulatedTime } from "./simulated-time.ts";

interface Overload {
  readonly lanes: number | undefined;
  readonly runMs: (rows: number) => number;
  readonly batchable: boolean;
  readonly deadlineMs: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Answers count from then on: larger batches are tried step by step. */
const LEARNT_AT_MS = 1_000;

/** An open loop: requests come whether or not others have been answered. */
async function overload({ lanes, runMs, batchable, deadlineMs, perSecond, seconds }: Overload) {
  const time = new SimulatedTime();
  const machine = new SimulatedMachine(time);
  const scheduler = new Scheduler({
    ...(lanes === undefined ? {} : { lanes: new SimulatedLanes(lanes) }),
    maxQueued: 256,
    metrics: new ServiceMetrics(),
    clock: time,
  });
  const inner = machine.session("m", { runMs, batchable, blocks: lanes === undefined });
  const session = scheduler.schedule(inner, "m", { batching: "auto" });
  const counts = { answered: 0, late: 0, refused: 0, refusedLate: 0 };
  const send = async (value: number): Promise<void> => {
    // In the kernel's queue until the thread reads it.
    const deadlineAtMs = time.now() + deadlineMs;
    const end = await outcome(session.run(rowsOf(value), { deadlineAtMs }));
    if (end === "OVERLOADED") counts[time.now() < deadlineAtMs ? "refused" : "refusedLate"] += 1;
    else if (end !== 2 * value || time.now() > deadlineAtMs) counts.late += 1;
    else if (time.now() > LEARNT_AT_MS && time.now() <= seconds * 1_000) counts.answered += 1;
  };
  const sent: Promise<void>[] = [];
  const sendNext = (): void => {
    sent.push(send(sent.length));
    const nextAtMs = (sent.length * 1_000) / perSecond;
    if (nextAtMs < seconds * 1_000) time.after(Math.max(0, nextAtMs - time.now()), sendNext);
  };
  sendNext();
  await time.runOut();
  const overMs = time.now();
  await Promise.all(sent);
  const startMs = time.now();
  const afterwards = outcome(session.run(rowsOf(1), { deadlineAtMs: startMs + deadlineMs }));
  await time.runOut();
  return {
    ...counts,
    recovered: (await afterwards) === 2,
    overMs,
    rows: machine.runs.map(({ values }) => values.length),
  };
}

/** Between half and one and a half times as long. */
function varying(durationMs: number): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return durationMs * (0.5 + state / 2_147_483_647);
  };
}

describe("several times more than there is capacity for", () => {
  it.each([1, 2])("keeps at least 90 %% of %d lanes' capacity in answers that are in time", async (lanes) => {
    const vary = varying(10);
    const capacity = 100 * lanes;
    const load = { lanes, runMs: vary, batchable: false, deadlineMs: 500, perSecond: 10 * capacity, seconds: 4 };
    const { answered, refusedLate, recovered } = await overload(load);
    expect(answered).toBeGreaterThanOrEqual(0.9 * capacity * (load.seconds - LEARNT_AT_MS / 1_000));
    expect([refusedLate, recovered]).toEqual([0, true]);
  });

  it("keeps it on the calling thread, which sees requests between runs only", async () => {
    const load = { lanes: undefined, batchable: false, deadlineMs: 500, perSecond: 1_000, seconds: 4 };
    const { answered, recovered } = await overload({ ...load, runMs: varying(10) });
    expect(answered).toBeGreaterThanOrEqual(0.9 * 100 * (load.seconds - LEARNT_AT_MS / 1_000));
    expect(recovered).toBe(true);
  });

  it("keeps it where the capacity lies in joined runs", async () => {
    // At 64 rows, 64 / 16.4 ms.
    const runMs = (rows: number): number => 10 + 0.1 * rows;
    const capacity = 64_000 / runMs(64);
    const load = { lanes: 1, runMs, batchable: true, deadlineMs: 500, perSecond: 2 * capacity, seconds: 3 };
    const { answered, refusedLate, recovered } = await overload(load);
    expect(answered).toBeGreaterThanOrEqual(0.9 * capacity * (load.seconds - LEARNT_AT_MS / 1_000));
    expect([refusedLate, recovered]).toEqual([0, true]);
  });
});

describe("fairness", () => {
  it("lets a light model wait for one run of a flooding one at most", async () => {
    const durations = fc.integer({ min: 1, max: 50 });
    await fc.assert(
      fc.asyncProperty(durations, durations, fc.integer({ min: 1, max: 3 }), async (floodMs, lightMs, lanes) => {
        const time = new SimulatedTime();
        const machine = new SimulatedMachine(time);
        const scheduler = createFair(time, lanes);
        const flood = scheduler.schedule(machine.session("flood", { runMs: () => floodMs }), "flood", {
          batching: "off",
        });
        const light = scheduler.schedule(machine.session("light", { runMs: () => lightMs }), "light", {
          batching: "off",
        });
        const runs = Array.from({ length: 100 }, (_, value) => flood.run(rowsOf(value)));
        const waits: number[] = [];
        const stepMs = 3 * (floodMs + lightMs);
        for (let atMs = floodMs / 2; atMs < (100 * floodMs) / lanes; atMs += stepMs) {
          time.after(atMs, () => {
            const startMs = time.now();
            runs.push(light.run(rowsOf(1)).finally(() => waits.push(time.now() - startMs - lightMs)));
          });
        }
        await time.runOut();
        await Promise.all(runs);
        expect(Math.max(0, ...waits)).toBeLessThanOrEqual(floodMs);
      }),
      { numRuns: 50 },
    );
  });

  it("shares lane time evenly between models that both flood, however long their runs are", async () => {
    const durations = fc.integer({ min: 1, max: 50 });
    await fc.assert(
      fc.asyncProperty(durations, durations, async (oneMs, otherMs) => {
        const time = new SimulatedTime();
        const machine = new SimulatedMachine(time);
        const scheduler = createFair(time, 1);
        const times: Record<string, number> = { one: oneMs, other: otherMs };
        const runs = Object.entries(times).flatMap(([model, runMs]) => {
          const session = scheduler.schedule(machine.session(model, { runMs: () => runMs }), model, {
            batching: "off",
          });
          return Array.from({ length: 60 }, () => session.run(rowsOf(1)));
        });
        await time.runOut();
        await Promise.all(runs);
        const had: Record<string, number> = { one: 0, other: 0 };
        const runsOf: Record<string, number> = { one: 0, other: 0 };
        for (const { model } of machine.runs) {
          if (Object.values(runsOf).includes(60)) break;
          had[model] = (had[model] ?? 0) + (times[model] ?? 0);
          runsOf[model] = (runsOf[model] ?? 0) + 1;
          expect(Math.abs((had["one"] ?? 0) - (had["other"] ?? 0))).toBeLessThanOrEqual(oneMs + otherMs);
        }
      }),
      { numRuns: 50 },
    );
  });
});

function createFair(time: SimulatedTime, lanes: number): Scheduler {
  return new Scheduler({
    lanes: new SimulatedLanes(lanes),
    maxQueued: 1_000,
    metrics: new ServiceMetrics(),
    clock: time,
  });
}
