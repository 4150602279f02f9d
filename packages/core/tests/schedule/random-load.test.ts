import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InferenceError } from "../../src/errors.ts";
import { ServiceMetrics } from "../../src/metrics/service-metrics.ts";
import { Scheduler } from "../../src/schedule/scheduler.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { outcome } from "./outcomes.ts";
import { SimulatedLanes, SimulatedMachine } from "./simulated-lanes.ts";
import { SimulatedTime } from "./simulated-time.ts";

const MAX_QUEUED = 6;
/** Beyond those of all requests. */
const LAST_CHANGE_MS = 10_000;

interface Request {
  readonly atMs: number;
  readonly model: "batchable" | "single";
  readonly rows: number;
  readonly isRefusedByModel: boolean;
  readonly deadlineMs: number | undefined;
  readonly abortMs: number | undefined;
}

const request: fc.Arbitrary<Request> = fc.record({
  atMs: fc.nat(150),
  model: fc.constantFrom("batchable", "single"),
  rows: fc.integer({ min: 1, max: 3 }),
  isRefusedByModel: fc.nat(9).map((one) => one === 0),
  deadlineMs: fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }),
  abortMs: fc.option(fc.nat(60), { nil: undefined }),
});

const change = fc.record({ atMs: fc.nat(150), count: fc.nat(3), fails: fc.boolean() });

/** What became of a request. */
interface Fate extends Request {
  /** Its first value; the others follow. */
  readonly id: number;
  readonly end: number | string | undefined;
  readonly endMs: number;
}

async function simulate(
  requests: readonly Request[],
  changes: readonly { atMs: number; count: number; fails: boolean }[],
) {
  const time = new SimulatedTime();
  const machine = new SimulatedMachine(time);
  const lanes = new SimulatedLanes(2);
  const metrics = new ServiceMetrics();
  const scheduler = new Scheduler({ lanes, maxQueued: MAX_QUEUED, metrics, clock: time });
  const bad = new Set<number>();
  const compute = (values: Float64Array): Float64Array => {
    if (values.some((value) => bad.has(value))) throw new InferenceError("RUN_FAILED", "Refused by the model.");
    return values.map((value) => 2 * value);
  };
  const schedule = (model: string, batchable: boolean) =>
    scheduler.schedule(machine.session(model, { runMs: (rows) => 9 + rows, compute, batchable }), model, {
      batching: "auto",
    });
  const sessions = { batchable: schedule("batchable", true), single: schedule("single", false) };
  let mostAboveLanes = Number.NEGATIVE_INFINITY;
  machine.onRun = () => {
    mostAboveLanes = Math.max(mostAboveLanes, machine.running - lanes.count);
  };
  let longestQueue = 0;

  const send = async (each: Request, index: number): Promise<Fate> => {
    await time.sleep(each.atMs);
    const id = 10 * (index + 1);
    if (each.isRefusedByModel) bad.add(id);
    const values = Float64Array.from({ length: each.rows }, (_, row) => id + row);
    const controller = new AbortController();
    if (each.abortMs !== undefined) time.after(each.abortMs, () => controller.abort());
    const run = sessions[each.model].run(
      { x: tensor("float64", [each.rows, 1], values) },
      {
        signal: controller.signal,
        ...(each.deadlineMs === undefined ? {} : { deadlineAtMs: time.now() + each.deadlineMs }),
      },
    );
    const lengths = metrics.collect().find(({ name }) => name === "virga_queue_length")?.samples ?? [];
    longestQueue = Math.max(longestQueue, ...lengths.map((sample) => ("value" in sample ? sample.value : 0)));
    const end = await outcome(run);
    return { ...each, id, end, endMs: time.now() };
  };

  for (const { atMs, count, fails } of changes) {
    const failure = fails ? new InferenceError("NOT_READY", "No workers.") : undefined;
    time.after(atMs, () => lanes.change(count, failure));
  }
  time.after(LAST_CHANGE_MS, () => lanes.change(1));
  const sent = Promise.all(requests.map(send));
  await time.runOut();
  return { fates: await sent, runs: machine.runs, mostAboveLanes, longestQueue };
}

describe("Scheduler under random load", () => {
  it("answers every request once and right, within lanes, deadlines and the queue's bound, in order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 40 }),
        fc.array(change, { maxLength: 4 }),
        async (requests, changes) => {
          const { fates, runs, mostAboveLanes, longestQueue } = await simulate(requests, changes);
          expect(mostAboveLanes).toBeLessThanOrEqual(0);
          expect(longestQueue).toBeLessThanOrEqual(MAX_QUEUED);
          for (const fate of fates) {
            expect(endsThatMayBe(fate, changes.length > 0)).toContain(fate.end);
            checkRuns(fate, startsOf(fate, runs));
          }
          checkOrder(fates.map((fate) => ({ fate, start: startsOf(fate, runs)[0] })));
        },
      ),
      { numRuns: 300 },
    );
  });
});

function startsOf({ id, model }: Fate, runs: SimulatedMachine["runs"]): readonly number[] {
  return runs.filter((run) => run.model === model && run.values.includes(id)).map(({ startMs }) => startMs);
}

function endsThatMayBe({ id, isRefusedByModel, abortMs, model }: Fate, lanesChange: boolean): readonly unknown[] {
  const ends: unknown[] = [isRefusedByModel ? "RUN_FAILED" : 2 * id, "OVERLOADED"];
  if (abortMs !== undefined) ends.push("CANCELLED");
  if (lanesChange) ends.push("NOT_READY");
  expect(["batchable", "single"]).toContain(model);
  return ends;
}

function checkRuns({ atMs, end, endMs, deadlineMs, abortMs }: Fate, starts: readonly number[]): void {
  if (typeof end === "number") expect(starts.length).toBeGreaterThan(0);
  // What was refused in time was refused before it was too late, and cost no run of its own unless one failed joined.
  if (end === "OVERLOADED" && deadlineMs !== undefined) expect(endMs).toBeLessThan(atMs + deadlineMs);
  for (const startMs of starts) {
    if (deadlineMs !== undefined && starts.length === 1) expect(startMs).toBeLessThan(atMs + deadlineMs);
    if (abortMs !== undefined && starts.length === 1) expect(startMs).toBeLessThanOrEqual(atMs + abortMs);
  }
}

/** Of requests of one kind, those that came first begin first. */
function checkOrder(begun: readonly { readonly fate: Fate; readonly start: number | undefined }[]): void {
  const latest = new Map<string, number>();
  const byArrival = [...begun].sort((one, other) => one.fate.atMs - other.fate.atMs);
  for (const { fate, start } of byArrival) {
    if (start === undefined) continue;
    expect(start).toBeGreaterThanOrEqual(latest.get(fate.model) ?? 0);
    latest.set(fate.model, start);
  }
}
