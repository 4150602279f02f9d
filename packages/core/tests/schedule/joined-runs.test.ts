import { describe, expect, it } from "@jest/globals";
import { InferenceError } from "../../src/errors.ts";
import type { LogEntry } from "../../src/log.ts";
import { ServiceMetrics } from "../../src/metrics/service-metrics.ts";
import { toPrometheusText } from "../../src/metrics/text-format.ts";
import { Scheduler } from "../../src/schedule/scheduler.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { parsePrometheus } from "../support/parse-prometheus.ts";
import { outcome, outcomes } from "./outcomes.ts";
import { rowsOf, SimulatedLanes, SimulatedMachine, type SimulatedModel } from "./simulated-lanes.ts";
import { SimulatedTime } from "./simulated-time.ts";

/** Larger batches take hardly longer. */
const CHEAP_ROWS = (rows: number): number => 10 + 0.1 * rows;
/** Each row takes its time. */
const DEAR_ROWS = (rows: number): number => 10 * rows;

interface Setup extends Partial<SimulatedModel> {
  readonly lanes?: number;
  readonly batching?: "auto" | "off";
}

/** A scheduler over simulated lanes with one model that can be batched. */
function createScheduler({ lanes = 1, batching = "auto", ...model }: Setup = {}) {
  const time = new SimulatedTime();
  const machine = new SimulatedMachine(time);
  const log: LogEntry[] = [];
  const metrics = new ServiceMetrics();
  const scheduler = new Scheduler({
    lanes: new SimulatedLanes(lanes),
    maxQueued: 256,
    metrics,
    log: (entry) => log.push(entry),
    clock: time,
  });
  const inner = machine.session("m", { runMs: CHEAP_ROWS, batchable: true, ...model });
  const session = scheduler.schedule(inner, "m", { batching });
  let value = 0;
  const wrong: unknown[] = [];
  /** Clients that ask one after the other, each as often and after a pause; gives how long it took. */
  const load = async (clients: number, requests: number, pauseMs = (): number => 0): Promise<number> => {
    const startMs = time.now();
    let ended = 0;
    const client = async (_: unknown, index: number): Promise<void> => {
      await time.sleep(index / 100);
      for (let request = 0; request < requests; request += 1) {
        value += 1;
        const sent = value;
        const got = await outcome(session.run(rowsOf(sent)));
        if (got !== 2 * sent) wrong.push([sent, got]);
        await time.sleep(pauseMs());
      }
      ended += 1;
    };
    const all = Promise.all(Array.from({ length: clients }, client));
    await time.runOut();
    expect(ended).toBe(clients);
    await all;
    return time.now() - startMs;
  };
  return { time, machine, metrics, log, session, load, wrong };
}

describe("joined runs", () => {
  it.each([1, 3])("take what waits together where that pays, on %d lanes, and every answer is right", async (lanes) => {
    const { machine, load, wrong, metrics } = createScheduler({ lanes });
    const oneByOneMs = (32 * 100 * 10.1) / lanes;
    const durationMs = await load(32, 100);
    expect(wrong).toEqual([]);
    expect(durationMs).toBeLessThan(oneByOneMs / (lanes === 1 ? 8 : 4));
    expect(machine.runs.some(({ values }) => values.length >= 8)).toBe(true);
    const rows = parsePrometheus(toPrometheusText(metrics.collect())).find(
      ({ name }) => name === "virga_batch_rows_sum",
    );
    expect(rows?.value).toBeGreaterThan(3_000);
  });

  it("are waited for while those who were answered ask again, and not when they do not", async () => {
    const { time, machine, session, load, wrong } = createScheduler();
    let client = 0;
    const pauseMs = (): number => {
      client += 1;
      return 0.2 * (1 + (client % 8));
    };
    await load(8, 100, pauseMs);
    machine.runs.length = 0;
    await load(8, 100, pauseMs);
    expect(machine.runs.length).toBeLessThan(150);
    // The others have gone.
    const runs = [session.run(rowsOf(1)), session.run(rowsOf(2))];
    expect(await outcomes(runs, time)).toEqual([2, 4]);
    expect(wrong).toEqual([]);
  });

  it("stay single where joining does not pay", async () => {
    const { load, wrong } = createScheduler({ runMs: DEAR_ROWS });
    const durationMs = await load(32, 100);
    expect(wrong).toEqual([]);
    expect(durationMs).toBeLessThan(1.03 * 32 * 100 * 10);
  });

  it("stay single where the config says so, and where the model's rows are no batch", async () => {
    for (const setup of [{ batching: "off" }, { batchable: false }] as const) {
      const { machine, load, wrong } = createScheduler(setup);
      await load(8, 20);
      expect(wrong).toEqual([]);
      expect(machine.runs.every(({ values }) => values.length === 1)).toBe(true);
    }
  });

  it("are given up for good where rows meddle with each other, without a wrong answer", async () => {
    const centred = (values: Float64Array): Float64Array => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return values.map((value) => value + mean);
    };
    const { machine, load, wrong, log } = createScheduler({ compute: centred });
    await load(16, 20);
    expect(wrong).toEqual([]);
    expect(log).toEqual([expect.objectContaining({ level: "info", event: "batching-refused" })]);
    expect(machine.runs.filter(({ values }) => values.length > 1).length).toBe(1);
  });

  it("fail for the one request that is to blame", async () => {
    const refuse = (values: Float64Array): Float64Array => {
      if (values.includes(-1)) throw new InferenceError("RUN_FAILED", "Not this one.");
      return values.map((value) => 2 * value);
    };
    const { time, machine, metrics, session, load } = createScheduler({ compute: refuse });
    await load(16, 50);
    machine.runs.length = 0;
    const runs = [1, 2, 3, -1, 4, 5].map((value) => session.run(rowsOf(value)));
    const later = time.sleep(1).then(() => session.run(rowsOf(6)));
    expect(await outcomes([...runs, later], time)).toEqual([2, 4, 6, "RUN_FAILED", 8, 10, 12]);
    expect(machine.runs.at(-1)?.values).toContain(6);
    expect(machine.runs.some(({ values }) => values.length > 1 && values.includes(-1))).toBe(true);
    const waits = parsePrometheus(toPrometheusText(metrics.collect()));
    expect(waits.find(({ name }) => name === "virga_queue_duration_seconds_count")?.value).toBe(16 * 50 + 7);
  });

  it("are given up where they fail again and again though each request succeeds alone", async () => {
    const state = { refuses: false };
    const compute = (values: Float64Array): Float64Array => {
      if (state.refuses && values.length > 1) throw new InferenceError("RUN_FAILED", "Too many.");
      return values.map((value) => 2 * value);
    };
    const { machine, load, wrong, log } = createScheduler({ compute });
    await load(16, 50);
    machine.runs.length = 0;
    state.refuses = true;
    await load(16, 50);
    expect(wrong).toEqual([]);
    expect(machine.runs.filter(({ values }) => values.length > 1).length).toBeLessThan(6);
    expect(log).toEqual([expect.objectContaining({ event: "batching-refused" })]);
  });

  it("fail for all where the worker is lost", async () => {
    const state = { lost: false };
    const lose = (values: Float64Array): Float64Array => {
      if (state.lost) throw new InferenceError("WORKER_LOST", "The worker died.");
      return values.map((value) => 2 * value);
    };
    const { time, machine, session, load } = createScheduler({ compute: lose });
    await load(16, 50);
    machine.runs.length = 0;
    state.lost = true;
    const runs = Array.from({ length: 16 }, (_, value) => session.run(rowsOf(value)));
    expect(new Set(await outcomes(runs, time))).toEqual(new Set(["WORKER_LOST"]));
    const sent = machine.runs.flatMap(({ values }) => values);
    expect(sent.length).toBe(new Set(sent).size);
  });

  it("leave out tensors that are not what they say", async () => {
    const { time, machine, session, load } = createScheduler();
    await load(16, 50);
    machine.runs.length = 0;
    // As long as its shape says, but of another type.
    const lie = { x: { ...tensor("float64", [1, 1], Float64Array.of(7)), data: Float32Array.of(7) as never } };
    const runs = [session.run(rowsOf(1)), session.run(lie), ...[2, 3, 4].map((value) => session.run(rowsOf(value)))];
    expect(await outcomes(runs, time)).toEqual([2, 14, 4, 6, 8]);
    expect(machine.runs.map(({ values }) => values)).toEqual([[1, 2, 3, 4], [7]]);
  });

  it("give their own inputs away, and a caller's only where it says so", async () => {
    const { time, machine, session, load } = createScheduler();
    await load(16, 50);
    machine.runs.length = 0;
    await outcomes(
      [1, 2, 3, 4].map((value) => session.run(rowsOf(value))),
      time,
    );
    await outcomes([session.run(rowsOf(5))], time);
    await outcomes([session.run(rowsOf(6), { mayTransfer: true })], time);
    const transfers = machine.runs.map(({ values, options }) => [values.length, options?.mayTransfer]);
    expect(transfers).toEqual([
      [4, true],
      [1, undefined],
      [1, true],
    ]);
  });
});
