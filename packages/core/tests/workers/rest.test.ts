import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import type { StartWorker } from "../../src/workers/worker-channel.ts";
import { processStarter } from "../../src/workers/worker-process.ts";
import { threadStarter } from "../../src/workers/worker-thread.ts";
import { createTestedEngine, type TestedEngine, until } from "./worker-harness.ts";
import { COUNTING, NEGATION, sourceOf, steps, vector } from "./worker-models.ts";

jest.setTimeout(120_000);

const STARTERS = { thread: threadStarter(), process: processStarter() };
const RESULT = { y: { data: Float32Array.of(-1) } };

let engine: TestedEngine;
/** Workers that live, whatever the engine says of them. */
let alive: number;
let startedInAll: number;

afterEach(() => engine.close());

function create(start: StartWorker, restAfterMs = 1): TestedEngine {
  alive = 0;
  startedInAll = 0;
  const counted: StartWorker = ({ answered, ended }) => {
    alive += 1;
    startedInAll += 1;
    return start({
      answered,
      ended(end) {
        alive -= 1;
        ended(end);
      },
    });
  };
  engine = createTestedEngine({ workers: 2, start: counted, restAfterMs });
  return engine;
}

describe.each(["thread", "process"] as const)("workers of which each is a %s", (isolation) => {
  it("are ended while their model is run elsewhere, and started again for a run", async () => {
    const { load, lanes, log } = create(STARTERS[isolation]);
    const session = await load(sourceOf(NEGATION));
    session.setElsewhere(true);
    await until(() => alive === 0);
    expect(lanes.count).toBe(2);
    expect(lanes.failure).toBeUndefined();
    const runs = [session.run(vector(1)), session.run(vector(1)), session.run(vector(1))];
    expect(await Promise.all(runs)).toMatchObject([RESULT, RESULT, RESULT]);
    expect(log).toEqual([]);
    // Those that were ended too soon are kept longer.
    await until(() => alive === 2);
    await until(() => alive === 0);
    expect(startedInAll).toBe(4);
  });

  it("are started again for another model, and stay for one that they run", async () => {
    const { load, lanes } = create(STARTERS[isolation]);
    const negation = await load(sourceOf(NEGATION));
    negation.setElsewhere(true);
    await until(() => alive === 0);
    const counting = await load(sourceOf(COUNTING));
    await until(() => lanes.count === 2 && alive === 2);
    await sleep(50);
    expect(alive).toBe(2);
    counting.setElsewhere(true);
    await until(() => alive === 0);
    counting.setElsewhere(false);
    await counting.run(steps(1));
    await sleep(50);
    expect(alive).toBe(2);
  });

  it("are asked at any moment of their going and coming", async () => {
    const { load, log } = create(STARTERS[isolation], 0);
    const session = await load(sourceOf(NEGATION));
    for (let turn = 0; turn < 12; turn += 1) {
      session.setElsewhere(true);
      await sleep(turn);
      expect(await session.run(vector(1))).toMatchObject(RESULT);
    }
    await session.close();
    expect(log).toEqual([]);
  });

  it("are closed while they rest, and while they begin to", async () => {
    const { load, close } = create(STARTERS[isolation]);
    const session = await load(sourceOf(NEGATION));
    session.setElsewhere(true);
    await until(() => alive < 2);
    await session.close();
    await close();
    expect(alive).toBe(0);
  });
});
