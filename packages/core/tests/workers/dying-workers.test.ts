import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { threadStarter } from "../../src/workers/worker-thread.ts";
import {
  codeOf,
  createTestedEngine,
  MORTAL_STARTERS,
  type Tested,
  type TestedEngine,
  until,
} from "./worker-harness.ts";
import { NEGATION, sourceOf, vector } from "./worker-models.ts";

// Workers take long to start where many others want the CPUs.
jest.setTimeout(240_000);

const LIMITS = { deaths: 3, withinMs: 60_000, firstPauseMs: 900, longestPauseMs: 10_000 };
const EXIT = 1001;

let engine: TestedEngine;
const create = (tested: Tested): TestedEngine => {
  engine = createTestedEngine({ breaker: LIMITS, ...tested });
  return engine;
};

afterEach(() => engine.close());

describe("workers that die again and again", () => {
  it("are not replaced for a while, then tried by one, and all come back when that one works", async () => {
    const { lanes, load, log } = create({ workers: 2, start: MORTAL_STARTERS.thread });
    const session = await load(sourceOf(NEGATION));
    await until(() => lanes.count === 2);
    const deaths = [EXIT, EXIT, EXIT, EXIT].map((end) => codeOf(session.run(vector(end))));
    const outcomes = await Promise.all(deaths);
    // Two died at once, two waited: the third death opens it, and whoever is left may die, too.
    expect(outcomes.every((code) => code === "WORKER_LOST" || code === "NOT_READY")).toBe(true);
    await until(() => lanes.count === 0 && lanes.failure !== undefined);
    expect(lanes.failure).toMatchObject({ code: "NOT_READY", retryAfterSeconds: 1 });
    expect(lanes.failure?.message).toMatch(/died 3 times.*exited with code 7.*tried in 1 s/);
    expect(log.filter(({ event }) => event === "workers-dying")).toHaveLength(1);
    expect(await codeOf(session.run(vector(1)))).toBe("NOT_READY");
    expect(await codeOf(load(sourceOf(NEGATION)))).toBe("NOT_READY");

    await until(() => lanes.count === 1);
    expect(lanes.failure).toBeUndefined();
    // On trial, and alone until it has worked.
    expect(lanes.count).toBe(1);
    expect((await session.run(vector(5)))["y"]?.data[0]).toBe(-5);
    await until(() => lanes.count === 2);
    expect(log.filter(({ event }) => event === "workers-live")).toHaveLength(1);
  });

  it("leave those alone that live", async () => {
    const { lanes, load } = create({ workers: 4, start: MORTAL_STARTERS.thread });
    const session = await load(sourceOf(NEGATION));
    await until(() => lanes.count === 4);
    const deaths = [EXIT, EXIT, EXIT].map((end) => codeOf(session.run(vector(end))));
    expect(await Promise.all(deaths)).toEqual(["WORKER_LOST", "WORKER_LOST", "WORKER_LOST"]);
    expect(lanes.failure).toBeUndefined();
    expect((await session.run(vector(2)))["y"]?.data[0]).toBe(-2);
  });

  it("wait longer each time that the one on trial dies", async () => {
    const { lanes, load, log } = create({
      workers: 1,
      start: MORTAL_STARTERS.thread,
      breaker: { ...LIMITS, firstPauseMs: 20 },
    });
    const session = await load(sourceOf(NEGATION));
    for (let death = 0; death < 5; death++) {
      await until(() => lanes.count === 1);
      expect(await codeOf(session.run(vector(EXIT)))).toBe("WORKER_LOST");
    }
    expect(log.filter(({ event }) => event === "workers-dying")).toHaveLength(3);
    await until(() => lanes.count === 1);
    expect((await session.run(vector(2)))["y"]?.data[0]).toBe(-2);
  });

  it("that cannot be started fail loads with what is to be done", async () => {
    const nowhere = new URL("./no-such-entry.ts", import.meta.url);
    const { lanes, load } = create({ workers: 2, start: threadStarter(nowhere) });
    const outcomes = await Promise.all([codeOf(load(sourceOf(NEGATION))), codeOf(load(sourceOf(NEGATION)))]);
    expect(outcomes).toEqual(["NOT_READY", "NOT_READY"]);
    expect(lanes.count).toBe(0);
  });
});
