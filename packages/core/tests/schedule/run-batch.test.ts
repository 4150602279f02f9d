import { describe, expect, it } from "@jest/globals";
import { PROCESS_CLOCK } from "../../src/schedule/clock.ts";
import { Job } from "../../src/schedule/job.ts";
import { runBatch } from "../../src/schedule/run-batch.ts";
import { ScheduledModel } from "../../src/schedule/scheduled-model.ts";
import type { Session } from "../../src/session/engine.ts";
import { UnderWay } from "../../src/session/under-way.ts";
import { giveMemory } from "../../src/tensor/given-memory.ts";
import { type Tensors, tensor } from "../../src/tensor/tensor.ts";
import { valuesOf } from "./simulated-lanes.ts";

const WIDTH = 8192;

/** A model that doubles rows, until it is told to fail. */
function doublingModel(given: Tensors[]) {
  let fails = false;
  const shape = [-1, WIDTH];
  const session: Session = {
    signature: {
      inputs: [{ name: "x", type: "float64", shape }],
      outputs: [{ name: "y", type: "float64", shape }],
    },
    unusableOutputs: [],
    batchable: true,
    async run(inputs) {
      if (fails) throw new Error("Not now.");
      const doubled = valuesOf(inputs, "x").map((value) => 2 * value);
      given.push({ y: tensor("float64", [doubled.length / WIDTH, WIDTH], doubled) });
      return given.at(-1) ?? {};
    },
    close: async () => undefined,
  };
  const options = { model: "m", session, mayBeJoined: true, whole: new UnderWay(), log: () => undefined };
  return {
    target: new ScheduledModel(options),
    fail: (): void => {
      fails = true;
    },
  };
}

/** A row that was read into a body of its own. */
function sentRow(value: number): { inputs: Tensors; body: Uint8Array } {
  const row = new Float64Array(WIDTH).fill(value);
  const body = new Uint8Array(row.buffer);
  const inputs = { x: tensor("float64", [1, WIDTH], row) };
  giveMemory(inputs, body);
  return { inputs, body };
}

function jobsOf(target: ScheduledModel, rows: readonly { inputs: Tensors }[], mayTransfer = true): Job[] {
  return rows.map(({ inputs }) => {
    return new Job({ target, inputs, options: { mayTransfer }, arrivedAtMs: 0, latestStartMs: 1e9 });
  });
}

describe("a joined run", () => {
  it("gives back the memory of what was joined and what was split, but for the parts", async () => {
    const given: Tensors[] = [];
    const { target } = doublingModel(given);
    const rows = [sentRow(1), sentRow(2)];
    const jobs = jobsOf(target, rows);
    const { settle } = await runBatch({ kind: "joined", jobs }, PROCESS_CLOCK);
    settle();
    const answers = await Promise.all(jobs.map(({ answer }) => answer));
    expect(answers.map((outputs) => [valuesOf(outputs, "y")[0], valuesOf(outputs, "y").length])).toEqual([
      [2, WIDTH],
      [4, WIDTH],
    ]);
    expect(given.map((outputs) => valuesOf(outputs, "y").length)).toEqual([0]);
    expect(rows.map(({ body }) => body.byteLength)).toEqual([0, 0]);
  });

  it("leaves inputs that were not given away to whoever asked", async () => {
    const { target } = doublingModel([]);
    const rows = [sentRow(1), sentRow(2)];
    const { settle } = await runBatch({ kind: "joined", jobs: jobsOf(target, rows, false) }, PROCESS_CLOCK);
    settle();
    expect(rows.map(({ inputs }) => valuesOf(inputs, "x")[0])).toEqual([1, 2]);
  });

  it("leaves the inputs for another attempt where it fails", async () => {
    const { target, fail } = doublingModel([]);
    fail();
    const rows = [sentRow(1), sentRow(2)];
    const jobs = jobsOf(target, rows);
    const { again } = await runBatch({ kind: "joined", jobs }, PROCESS_CLOCK);
    expect(again).toEqual(jobs);
    expect(rows.map(({ body }) => body.byteLength)).toEqual([8 * WIDTH, 8 * WIDTH]);
  });
});
