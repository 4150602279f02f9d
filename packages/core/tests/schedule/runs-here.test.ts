import { describe, expect, it } from "@jest/globals";
import { ServiceMetrics } from "../../src/metrics/service-metrics.ts";
import { Scheduler } from "../../src/schedule/scheduler.ts";
import type { Session } from "../../src/session/engine.ts";
import { outcomes } from "./outcomes.ts";
import { rowsOf, SimulatedLanes, SimulatedMachine } from "./simulated-lanes.ts";
import { SimulatedTime } from "./simulated-time.ts";

const LONG_MS = 50;

/** A scheduler over one lane, with a model that needs it and one whose runs are carried out on the calling thread. */
function createScheduler({ batching }: { readonly batching: "auto" | "off" }) {
  const time = new SimulatedTime();
  const machine = new SimulatedMachine(time);
  const lanes = new SimulatedLanes(1);
  const scheduler = new Scheduler({ lanes, maxQueued: 1_000, metrics: new ServiceMetrics(), clock: time });
  const said = { isHere: true };
  const bare = machine.session("quick", { runMs: () => 1, batchable: true });
  const here: Session = {
    ...bare,
    run(inputs, options) {
      if (said.isHere) options?.onHere?.();
      return bare.run(inputs, options);
    },
  };
  const quick = scheduler.schedule(here, "quick", { batching });
  const slow = scheduler.schedule(machine.session("slow", { runMs: () => LONG_MS }), "slow", { batching: "off" });
  const learn = async (): Promise<void> => {
    await outcomes([quick.run(rowsOf(1))], time);
    machine.runs.length = 0;
  };
  return { time, machine, lanes, said, quick, slow, learn };
}

describe("runs on the calling thread", () => {
  it("take no lane, and wait for none", async () => {
    const { time, machine, quick, slow, learn } = createScheduler({ batching: "off" });
    await learn();
    const startMs = time.now();
    const runs = [slow.run(rowsOf(1)), quick.run(rowsOf(2)), quick.run(rowsOf(3)), slow.run(rowsOf(4))];
    expect(await outcomes(runs, time)).toEqual([2, 4, 6, 8]);
    expect(machine.runs.map(({ model, startMs: at }) => [model, at - startMs])).toEqual([
      ["slow", 0],
      ["quick", 0],
      ["quick", 0],
      ["slow", LONG_MS],
    ]);
  });

  it("are begun a few at a time, so that the thread comes to everything else in between", async () => {
    const { time, machine, quick, learn } = createScheduler({ batching: "off" });
    await learn();
    let most = 0;
    machine.onRun = () => {
      most = Math.max(most, machine.running);
    };
    const values = Array.from({ length: 100 }, (_, value) => value);
    const runs = values.map((value) => quick.run(rowsOf(value)));
    expect(await outcomes(runs, time)).toEqual(values.map((value) => 2 * value));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(16);
  });

  it("are begun one at a time where requests may be joined", async () => {
    const { time, machine, quick, learn } = createScheduler({ batching: "auto" });
    await learn();
    let most = 0;
    machine.onRun = () => {
      most = Math.max(most, machine.running);
    };
    const values = Array.from({ length: 100 }, (_, value) => value);
    const runs = values.map((value) => quick.run(rowsOf(value)));
    expect(await outcomes(runs, time)).toEqual(values.map((value) => 2 * value));
    expect(most).toBe(1);
    expect(machine.runs.length).toBeLessThan(values.length);
  });

  it("wait for lanes again once they need them", async () => {
    const { time, machine, said, quick, slow, learn } = createScheduler({ batching: "off" });
    await learn();
    said.isHere = false;
    await outcomes([quick.run(rowsOf(1))], time);
    machine.runs.length = 0;
    const startMs = time.now();
    expect(await outcomes([slow.run(rowsOf(1)), quick.run(rowsOf(2))], time)).toEqual([2, 4]);
    expect(machine.runs.map(({ startMs: at }) => at - startMs)).toEqual([0, LONG_MS]);
  });

  it("are not begun while there are no lanes", async () => {
    const { time, machine, lanes, quick, learn } = createScheduler({ batching: "off" });
    await learn();
    lanes.change(0);
    const run = quick.run(rowsOf(1));
    await time.runOut();
    expect(machine.runs.length).toBe(0);
    lanes.change(1);
    expect(await outcomes([run], time)).toEqual([2]);
  });
});
