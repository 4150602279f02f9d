import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InferenceError } from "../../src/errors.ts";
import { ServiceMetrics } from "../../src/metrics/service-metrics.ts";
import { MOST_HERE } from "../../src/schedule/lane-use.ts";
import { Scheduler } from "../../src/schedule/scheduler.ts";
import type { Session } from "../../src/session/engine.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { outcome } from "./outcomes.ts";
import { rowsOf, SimulatedLanes, SimulatedMachine, type SimulatedRun } from "./simulated-lanes.ts";
import { SimulatedTime } from "./simulated-time.ts";

const MAX_QUEUED = 12;
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
  atMs: fc.nat(60),
  model: fc.constantFrom("batchable", "single"),
  rows: fc.integer({ min: 1, max: 3 }),
  isRefusedByModel: fc.nat(9).map((one) => one === 0),
  deadlineMs: fc.option(fc.integer({ min: 1, max: 150 }), { nil: undefined }),
  abortMs: fc.option(fc.nat(60), { nil: undefined }),
});

const change = fc.record({ atMs: fc.nat(80), count: fc.nat(3), fails: fc.boolean() });

/** What became of a request. */
interface Fate extends Request {
  /** Its first value; the others follow. */
  readonly id: number;
  readonly end: number | string | undefined;
  readonly endMs: number;
}

interface Scenario {
  readonly requests: readonly Request[];
  readonly changes: readonly { readonly atMs: number; readonly count: number; readonly fails: boolean }[];
  /** Whether joining has proved its worth before. */
  readonly isTrusted: boolean;
  /** Whether runs of the model whose requests may be joined are carried out on the calling thread. */
  readonly isHere: boolean;
}

async function simulate({ requests, changes, isTrusted, isHere }: Scenario) {
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
  const schedule = (model: string, batchable: boolean) => {
    const session = machine.session(model, { runMs: (rows) => 9 + rows / 4, compute, batchable });
    const placed = isHere && batchable ? withoutLanes(session) : session;
    return scheduler.schedule(placed, model, { batching: "auto" });
  };
  const sessions = { batchable: schedule("batchable", true), single: schedule("single", false) };
  if (isTrusted) await warm(sessions.batchable, time);
  const warmRuns = machine.runs.length;
  const beginMs = time.now();

  // A comparison that goes on while lanes vanish has more runs to begin on the lane that it has.
  let runningAtChange = 0;
  let mostAboveLanes = Number.NEGATIVE_INFINITY;
  machine.onRun = (model) => {
    const allowed = model === "batchable" ? Math.max(lanes.count, runningAtChange) : lanes.count;
    // The calling thread takes one joined run, or several that cannot be joined.
    mostAboveLanes = Math.max(mostAboveLanes, machine.running - allowed - (isHere ? MOST_HERE : 0));
  };
  let longestQueue = 0;
  const longest = (): number => {
    const lengths = metrics.collect().find(({ name }) => name === "virga_queue_length")?.samples ?? [];
    return Math.max(...lengths.map((sample) => ("value" in sample ? sample.value : 0)));
  };

  const send = async (each: Request, index: number): Promise<Fate> => {
    await time.sleep(each.atMs);
    const id = 10 * (index + 1);
    if (each.isRefusedByModel) bad.add(id);
    const values = Float64Array.from({ length: each.rows }, (_, row) => id + row);
    const controller = new AbortController();
    if (each.abortMs !== undefined) time.after(each.abortMs, () => controller.abort());
    const before = longest();
    const run = sessions[each.model].run(
      { x: tensor("float64", [each.rows, 1], values) },
      {
        signal: controller.signal,
        ...(each.deadlineMs === undefined ? {} : { deadlineAtMs: time.now() + each.deadlineMs }),
      },
    );
    // Requests whose joined run failed come back to a queue that may have filled up meanwhile; no others enter it then.
    if (longest() > before) longestQueue = Math.max(longestQueue, longest());
    const end = await outcome(run);
    return { ...each, id, end, endMs: time.now() - beginMs };
  };

  for (const { atMs, count, fails } of changes) {
    const failure = fails ? new InferenceError("NOT_READY", "No workers.") : undefined;
    time.after(atMs, () => {
      runningAtChange = machine.running;
      lanes.change(count, failure);
    });
  }
  time.after(LAST_CHANGE_MS, () => lanes.change(1));
  const sent = Promise.all(requests.map(send));
  await time.runOut();
  const fates = await sent;
  const runs = machine.runs.slice(warmRuns).map((run) => ({ ...run, startMs: run.startMs - beginMs }));
  return { fates, runs, mostAboveLanes, longestQueue };
}

function withoutLanes(session: Session): Session {
  return {
    ...session,
    run(inputs, options) {
      options?.onHere?.();
      return session.run(inputs, options);
    },
  };
}

/** Eight clients at once, so that requests are joined from then on. */
async function warm(session: Session, time: SimulatedTime): Promise<void> {
  const client = async (_: unknown, index: number): Promise<void> => {
    for (let request = 0; request < 25; request += 1) await session.run(rowsOf(1_000_000 + 100 * index + request));
  };
  const all = Promise.all(Array.from({ length: 8 }, client));
  await time.runOut();
  await all;
}

describe("Scheduler under random load", () => {
  it("answers every request once and right, within lanes, deadlines and the queue's bound, in order", async () => {
    let joinedRuns = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 40, size: "max" }),
        fc.array(change, { maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        async (requests, changes, isTrusted, isHere) => {
          const { fates, runs, mostAboveLanes, longestQueue } = await simulate({
            requests,
            changes,
            isTrusted,
            isHere,
          });
          joinedRuns += runs.filter(({ values }) => values.length > 3).length;
          expect(mostAboveLanes).toBeLessThanOrEqual(0);
          expect(longestQueue).toBeLessThanOrEqual(MAX_QUEUED);
          for (const fate of fates) {
            expect(endsThatMayBe(fate, changes.length > 0)).toContain(fate.end);
            checkRuns(fate, startsOf(fate, runs));
          }
          checkOrder(fates.map((fate) => ({ fate, start: startsOf(fate, runs)[0] })));
        },
      ),
      { numRuns: 100 },
    );
    expect(joinedRuns).toBeGreaterThan(5);
  });
});

function startsOf({ id, model }: Fate, runs: readonly SimulatedRun[]): readonly number[] {
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
  // One that began joined, and failed so, may learn too late that it must begin anew.
  const wasRefused = end === "OVERLOADED" && starts.length === 0;
  if (wasRefused && deadlineMs !== undefined) expect(endMs).toBeLessThan(atMs + deadlineMs);
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
