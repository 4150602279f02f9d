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
  const elsewhere: boolean[] = [];
  let closed = 0;
  const close = async (): Promise<void> => {
    closed += 1;
  };
  const pooled: MeasuredSession = {
    ...FACTS,
    close,
    setElsewhere: (isElsewhere) => void elsewhere.push(isElsewhere),
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
      // As onnxruntime's binding does.
      await new Promise((resolve) => setImmediate(resolve));
      if (said.hereMs > 0) await sleep(said.hereMs);
      return {};
    },
  };
  const session = runQuickOnesHere(pooled, async () => here);
  const run = async (times: number, elements: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) await session.run(inputs(elements));
  };
  return { session, places, elsewhere, run, isClosed: () => closed >= 2 };
}

describe("runQuickOnesHere", () => {
  it("moves quick runs here, leaves much larger ones to workers, and closes both sessions", async () => {
    const { session, places, run, isClosed } = create({ workerMs: 0.02, hereMs: 0 });
    await run(8, 8);
    await sleep(0);
    expect(new Set(places)).toEqual(new Set(["worker"]));
    places.length = 0;
    await run(1, 8);
    await run(1, 17);
    await run(1, 1);
    expect(places).toEqual(["here", "worker", "here"]);
    await session.close();
    expect(isClosed()).toBe(true);
  });

  it("moves runs here that a machine under load makes slow now and then", async () => {
    const said = { workerMs: 0.02, hereMs: 0 };
    const { places, run } = create(said);
    for (let round = 0; round < 8; round += 1) {
      await run(4, 8);
      said.workerMs = 5;
      await run(1, 8);
      said.workerMs = 0.02;
      await sleep(0);
    }
    expect(places.at(-1)).toBe("here");
  });

  it("leaves runs to workers that are slow as often as quick", async () => {
    const said = { workerMs: 0.02, hereMs: 0 };
    const { places, run } = create(said);
    for (let round = 0; round < 50; round += 1) {
      said.workerMs = said.workerMs === 5 ? 0.02 : 5;
      await run(1, 8);
      await sleep(0);
    }
    expect(places).not.toContain("here");
  });

  it("gives runs back to workers after a long one here, until more have been quick", async () => {
    const said = { workerMs: 0.02, hereMs: 0 };
    const { places, elsewhere, run, isClosed, session } = create(said);
    await run(8, 8);
    await sleep(0);
    expect(elsewhere).toEqual([true]);
    said.hereMs = 60;
    places.length = 0;
    await run(1, 8);
    said.hereMs = 0;
    await run(30, 8);
    await sleep(0);
    expect(places).toEqual(["here", ...new Array(30).fill("worker")]);
    expect(elsewhere).toEqual([true, false]);
    await run(30, 8);
    await sleep(0);
    await run(1, 8);
    expect(places.at(-1)).toBe("here");
    await session.close();
    expect(isClosed()).toBe(true);
  });

  it("gives runs back to workers that are slow again and again", async () => {
    const said = { workerMs: 0.02, hereMs: 0 };
    const { places, run } = create(said);
    await run(8, 8);
    await sleep(0);
    said.workerMs = 5;
    said.hereMs = 2;
    places.length = 0;
    await run(6, 8);
    expect(places.slice(0, 4)).toEqual(new Array(4).fill("here"));
    expect(places.at(-1)).toBe("worker");
  });

  it("does not count what goes on here before a run begins", async () => {
    const said = { workerMs: 0.02, hereMs: 0 };
    const { places, run } = create(said);
    await run(8, 8);
    await sleep(0);
    places.length = 0;
    for (let time = 0; time < 8; time += 1) {
      const running = run(1, 8);
      blockFor(3);
      await running;
    }
    expect(places).toEqual(new Array(8).fill("here"));
  });
});

function blockFor(durationMs: number): void {
  const untilMs = performance.now() + durationMs;
  while (performance.now() < untilMs);
}
