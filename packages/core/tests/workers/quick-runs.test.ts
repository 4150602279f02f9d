import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import type { Session } from "../../src/session/engine.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { type MeasuredSession, runQuickOnesHere } from "../../src/workers/quick-runs.ts";

const FACTS = { signature: { inputs: [], outputs: [] }, unusableOutputs: [] };
const inputs = (elements: number) => ({ x: tensor("float32", [elements], new Float32Array(elements)) });

/** A session of either kind that tells where runs went; runs take as long as is said. */
function create(said: { workerMs: number; hereMs: number }) {
  const places: string[] = [];
  let closed = 0;
  const close = async (): Promise<void> => {
    closed += 1;
  };
  const pooled: MeasuredSession = {
    ...FACTS,
    close,
    run: async (_, __, measured) => {
      places.push("worker");
      measured?.(said.workerMs);
      return {};
    },
  };
  const here: Session = {
    ...FACTS,
    close,
    run: async () => {
      places.push("here");
      await sleep(said.hereMs);
      return {};
    },
  };
  const session = runQuickOnesHere(pooled, async () => here);
  const run = async (times: number, elements: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) await session.run(inputs(elements));
  };
  return { session, places, run, isClosed: () => closed === 2 };
}

describe("runQuickOnesHere", () => {
  it("moves quick runs here, leaves larger ones to workers, and closes both sessions", async () => {
    const { session, places, run, isClosed } = create({ workerMs: 0.02, hereMs: 0 });
    await run(20, 8);
    await sleep(0);
    expect(new Set(places)).toEqual(new Set(["worker"]));
    places.length = 0;
    await run(1, 8);
    await run(1, 9);
    await run(1, 1);
    expect(places).toEqual(["here", "worker", "here"]);
    await session.close();
    expect(isClosed()).toBe(true);
  });

  it("leaves runs to workers that are not quick each time", async () => {
    const said = { workerMs: 0.02, hereMs: 0 };
    const { places, run } = create(said);
    for (let round = 0; round < 4; round += 1) {
      await run(19, 8);
      said.workerMs = 5;
      await run(1, 8);
      said.workerMs = 0.02;
    }
    expect(places).not.toContain("here");
  });

  it("gives runs back to workers after a long one here", async () => {
    const said = { workerMs: 0.02, hereMs: 0 };
    const { places, run, isClosed, session } = create(said);
    await run(20, 8);
    await sleep(0);
    said.hereMs = 60;
    places.length = 0;
    await run(3, 8);
    expect(places).toEqual(["here", "worker", "worker"]);
    await session.close();
    expect(isClosed()).toBe(true);
  });
});
