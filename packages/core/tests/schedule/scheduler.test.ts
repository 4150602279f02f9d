import { describe, expect, it } from "@jest/globals";
import { InferenceError } from "../../src/errors.ts";
import { ServiceMetrics } from "../../src/metrics/service-metrics.ts";
import { toPrometheusText } from "../../src/metrics/text-format.ts";
import { Scheduler } from "../../src/schedule/scheduler.ts";
import { parsePrometheus } from "../support/parse-prometheus.ts";
import { outcomes } from "./outcomes.ts";
import { rowsOf, SimulatedLanes, SimulatedMachine, valuesOf } from "./simulated-lanes.ts";
import { SimulatedTime } from "./simulated-time.ts";

const RUN_MS = 10;

/** A scheduler over so many simulated lanes with one model whose runs take 10 ms each. */
function createScheduler({ lanes = 1, maxQueued = 100 } = {}) {
  const time = new SimulatedTime();
  const machine = new SimulatedMachine(time);
  const simulated = new SimulatedLanes(lanes);
  const metrics = new ServiceMetrics();
  const scheduler = new Scheduler({ lanes: simulated, maxQueued, metrics, clock: time });
  const session = scheduler.schedule(machine.session("m", { runMs: () => RUN_MS }), "m", { batching: "auto" });
  /** Lets the scheduler find out how long runs take. */
  const learn = async (): Promise<void> => {
    for (let run = 0; run < 3; run += 1) await until(session.run(rowsOf(run)));
    machine.runs.length = 0;
  };
  const until = async <Result>(promise: Promise<Result>): Promise<Result> => {
    promise.catch(() => undefined);
    await time.runOut();
    return promise;
  };
  return { time, machine, lanes: simulated, metrics, scheduler, session, learn, until };
}

describe("Scheduler", () => {
  it("begins a lone request before anything else can happen", async () => {
    const { machine, session, until } = createScheduler();
    const run = session.run(rowsOf(21));
    expect(machine.runs.length).toBe(1);
    expect(valuesOf(await until(run), "y")).toEqual(Float64Array.of(42));
  });

  it("runs no more at once than there are lanes, first come first served", async () => {
    const { time, machine, session } = createScheduler({ lanes: 2 });
    const runs = [1, 2, 3, 4, 5].map((value) => session.run(rowsOf(value)));
    expect(machine.running).toBe(2);
    expect(await outcomes(runs, time)).toEqual([2, 4, 6, 8, 10]);
    expect(machine.runs.map(({ startMs }) => startMs)).toEqual([0, 0, 10, 10, 20]);
    expect(time.pending).toBe(0);
  });

  it("without lanes, runs one after the other and lets the thread go on in between", async () => {
    const time = new SimulatedTime();
    const machine = new SimulatedMachine(time);
    const scheduler = new Scheduler({ maxQueued: 10, metrics: new ServiceMetrics(), clock: time });
    const session = scheduler.schedule(machine.session("m", { runMs: () => RUN_MS, blocks: true }), "m", {
      batching: "auto",
    });
    const runs = [session.run(rowsOf(1)), session.run(rowsOf(2))];
    let between = 0;
    time.afterTurn(() => {
      between = machine.runs.length;
      runs.push(session.run(rowsOf(3)));
    });
    expect(machine.runs.length).toBe(1);
    await time.runOut();
    expect(between).toBe(1);
    expect(await outcomes(runs, time)).toEqual([2, 4, 6]);
    expect(machine.runs.map(({ startMs }) => startMs)).toEqual([0, 10, 20]);
  });

  it("refuses what finds its queue full, and says when to come again", async () => {
    const { time, session, scheduler, learn } = createScheduler({ maxQueued: 2 });
    await learn();
    const runs = [1, 2, 3, 4].map((value) => session.run(rowsOf(value)));
    runs[3]?.catch(() => undefined);
    expect(() => scheduler.admit("m", time.now() + 1_000)).toThrow(
      expect.objectContaining({ code: "OVERLOADED", retryAfterSeconds: 1 }),
    );
    expect(await outcomes(runs, time)).toEqual([2, 4, 6, "OVERLOADED"]);
  });

  it("refuses at once what could not be answered by its deadline", async () => {
    const { time, machine, session, scheduler, learn } = createScheduler();
    await learn();
    const runs = Array.from({ length: 20 }, (_, value) => session.run(rowsOf(value)));
    const deadlineAtMs = time.now() + 100;
    expect(() => scheduler.admit("m", deadlineAtMs)).toThrow(expect.objectContaining({ code: "OVERLOADED" }));
    scheduler.admit("m", time.now() + 1_000);
    scheduler.admit("unknown", deadlineAtMs);
    const late = session.run(rowsOf(99), { deadlineAtMs });
    await expect(late).rejects.toMatchObject({ code: "OVERLOADED", retryable: true });
    await outcomes(runs, time);
    expect(machine.runs.length).toBe(20);
  });

  it("refuses a waiting request before its deadline when runs turn out longer than they were", async () => {
    const time = new SimulatedTime();
    const machine = new SimulatedMachine(time);
    const metrics = new ServiceMetrics();
    const scheduler = new Scheduler({ lanes: new SimulatedLanes(1), maxQueued: 9, metrics, clock: time });
    const session = scheduler.schedule(machine.session("m", { runMs: () => 5_000 }), "m", { batching: "auto" });
    const first = session.run(rowsOf(1), { deadlineAtMs: 10_000 });
    let refusedAtMs = Number.NaN;
    const second = session.run(rowsOf(2), { deadlineAtMs: 1_000 }).finally(() => {
      refusedAtMs = time.now();
    });
    expect(await outcomes([first, second], time)).toEqual([2, "OVERLOADED"]);
    expect(refusedAtMs).toBeLessThan(1_000);
    expect(machine.runs.length).toBe(1);
  });

  it("tells a request that came without any time left from one that found too much to do", async () => {
    const { time, machine, session, scheduler } = createScheduler();
    scheduler.admit("m", time.now() - 1);
    const late = session.run(rowsOf(1), { deadlineAtMs: time.now() - 1 });
    expect(await outcomes([late], time)).toEqual(["DEADLINE_EXCEEDED"]);
    expect(machine.runs).toEqual([]);
  });

  it("begins nothing that would end too late", async () => {
    const time = new SimulatedTime();
    const machine = new SimulatedMachine(time);
    const metrics = new ServiceMetrics();
    const scheduler = new Scheduler({ lanes: new SimulatedLanes(1), maxQueued: 9, metrics, clock: time });
    let runMs = RUN_MS;
    const session = scheduler.schedule(machine.session("m", { runMs: () => runMs }), "m", { batching: "auto" });
    for (let run = 0; run < 3; run += 1) await outcomes([session.run(rowsOf(run))], time);
    runMs = 5 * RUN_MS;
    const deadlineAtMs = time.now() + 5.5 * RUN_MS;
    const runs = [session.run(rowsOf(1), { deadlineAtMs }), session.run(rowsOf(2), { deadlineAtMs })];
    expect(await outcomes(runs, time)).toEqual([2, "OVERLOADED"]);
    expect(machine.runs.length).toBe(4);
  });

  it("refuses in time also when one without a deadline came later", async () => {
    const { time, session } = createScheduler();
    const runs = [session.run(rowsOf(1)), session.run(rowsOf(2), { deadlineAtMs: 8 }), session.run(rowsOf(3))];
    let refusedAtMs = Number.NaN;
    runs[1]?.catch(() => {
      refusedAtMs = time.now();
    });
    expect(await outcomes(runs, time)).toEqual([2, "OVERLOADED", 6]);
    expect(refusedAtMs).toBeLessThan(8);
  });

  it("takes a request whose caller has gone out of the queue, and leaves no timer behind", async () => {
    const { time, machine, metrics, session } = createScheduler();
    const gone = AbortSignal.abort();
    const controller = new AbortController();
    const options = { signal: controller.signal, deadlineAtMs: 1_000 };
    const runs = [
      session.run(rowsOf(1), options),
      session.run(rowsOf(2), options),
      session.run(rowsOf(3), { signal: gone }),
    ];
    expect(lengthOf(metrics)).toBe(1);
    controller.abort();
    expect(lengthOf(metrics)).toBe(0);
    expect(time.pending).toBe(1);
    expect(await outcomes(runs, time)).toEqual([2, "CANCELLED", "CANCELLED"]);
    expect(machine.runs.length).toBe(1);
  });

  it("refuses with the lanes' failure while there are none, waits while one is on its way", async () => {
    const { time, machine, lanes, session, scheduler } = createScheduler();
    lanes.change(0);
    const waiting = session.run(rowsOf(1));
    await time.runOut();
    lanes.change(1);
    expect(await outcomes([waiting], time)).toEqual([2]);

    time.block(5_000);
    const runs = [session.run(rowsOf(2)), session.run(rowsOf(3))];
    expect(machine.running).toBe(1);
    lanes.change(0, new InferenceError("NOT_READY", "The workers died."));
    expect(() => scheduler.admit("m", 1_000)).toThrow("The workers died.");
    runs.push(session.run(rowsOf(4)));
    expect(await outcomes(runs, time)).toEqual([4, "NOT_READY", "NOT_READY"]);
    lanes.change(1);
    expect(await outcomes([session.run(rowsOf(5))], time)).toEqual([10]);
  });

  it("hands a run's failure to its caller alone and goes on", async () => {
    const time = new SimulatedTime();
    const machine = new SimulatedMachine(time);
    const scheduler = new Scheduler({
      lanes: new SimulatedLanes(1),
      maxQueued: 9,
      metrics: new ServiceMetrics(),
      clock: time,
    });
    const compute = (values: Float64Array): Float64Array => {
      if (values[0] === 2) throw new InferenceError("RUN_FAILED", "Not this one.");
      return values;
    };
    const session = scheduler.schedule(machine.session("m", { runMs: () => RUN_MS, compute }), "m", {
      batching: "auto",
    });
    const runs = [1, 2, 3].map((value) => session.run(rowsOf(value)));
    expect(await outcomes(runs, time)).toEqual([1, "RUN_FAILED", 3]);
  });

  it("closes a session after its runs, and itself after all; refuses what comes then", async () => {
    const { time, machine, lanes, scheduler, session } = createScheduler();
    let closes = 0;
    const close = async (): Promise<void> => {
      closes += 1;
    };
    const other = { ...machine.session("n", { runMs: () => RUN_MS }), close };
    const scheduled = scheduler.schedule(other, "n", { batching: "auto" });
    const runs = [session.run(rowsOf(1)), scheduled.run(rowsOf(2)), scheduled.run(rowsOf(3))];
    const closed = Promise.all([scheduled.close(), scheduler.close()]);
    runs.push(session.run(rowsOf(4)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(closes).toBe(0);
    expect(await outcomes(runs, time)).toEqual([2, 4, 6, "OVERLOADED"]);
    await closed;
    expect([closes, lanes.isWatched]).toEqual([1, false]);
  });

  it("tells how many wait and how long they waited", async () => {
    const { time, metrics, session } = createScheduler();
    const runs = [1, 2, 3].map((value) => session.run(rowsOf(value)));
    expect(lengthOf(metrics)).toBe(2);
    await outcomes(runs, time);
    const samples = parsePrometheus(toPrometheusText(metrics.collect()));
    const find = (name: string) =>
      samples.find((sample) => sample.name === name && sample.labels["model"] === "m")?.value;
    expect(find("virga_queue_length")).toBe(0);
    expect(find("virga_queue_duration_seconds_count")).toBe(3);
    expect(find("virga_queue_duration_seconds_sum")).toBeCloseTo(0.03);
  });
});

function lengthOf(metrics: ServiceMetrics): number | undefined {
  return parsePrometheus(toPrometheusText(metrics.collect())).find(({ name }) => name === "virga_queue_length")?.value;
}
