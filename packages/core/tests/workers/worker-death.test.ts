import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { createWorkerEngine } from "../../src/workers/worker-engine.ts";
import { processStarter } from "../../src/workers/worker-process.ts";
import {
  childrenOf,
  codeOf,
  cpuTicksOf,
  createTestedEngine,
  MORTAL_STARTERS,
  type Tested,
  type TestedEngine,
  until,
} from "./worker-harness.ts";
import {
  COUNTING,
  DEADLY_DIVISION,
  DIVISION,
  division,
  ENDLESS,
  NEGATION,
  sourceOf,
  steps,
  vector,
} from "./worker-models.ts";

// Workers take long to start where many others want the CPUs.
jest.setTimeout(240_000);

const engines: TestedEngine[] = [];

function create(tested: Tested): TestedEngine {
  const engine = createTestedEngine(tested);
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

const DEATHS = [
  { end: 1001, name: "process.exit", event: /exited with code 7/ },
  { end: 1002, name: "an uncaught error", event: /failed|exited with code 1/ },
  { end: 1003, name: "an unhandled rejection", event: /failed|exited with code 1/ },
];

describe.each(["thread", "process"] as const)("a worker %s that ends by", (isolation) => {
  it.each(DEATHS)("$name loses its run and is replaced, with its models", async ({ end, event }) => {
    const engine = create({ workers: 2, start: MORTAL_STARTERS[isolation] });
    const [negation, counting] = [await engine.load(sourceOf(NEGATION)), await engine.load(sourceOf(COUNTING))];
    await until(() => engine.lanes.count === 2);
    const counts: number[] = [];
    engine.lanes.onChange(() => counts.push(engine.lanes.count));
    // Both workers have both models; the one that lives goes on with this.
    const other = counting.run(steps(20_000));
    expect(await codeOf(negation.run(vector(end)))).toBe("WORKER_LOST");
    expect((await other)["count"]?.data[0]).toBe(20_000);
    await until(() => engine.lanes.count === 2);
    expect(counts).toEqual([1, 2]);
    expect(engine.log).toEqual([
      expect.objectContaining({ event: "worker-lost", message: expect.stringMatching(event) }),
    ]);
    const both = await Promise.all([1, 2, 3, 4].map((value) => negation.run(vector(value))));
    expect(both.map(({ y }) => y?.data[0])).toEqual([-1, -2, -3, -4]);
    expect((await counting.run(steps(5)))["count"]?.data[0]).toBe(5);
  });
});

/** Tells which children have come since: tests that ran before in this process may have left theirs. */
function watchChildren(): () => readonly number[] {
  const before = new Set(childrenOf(process.pid));
  return () => childrenOf(process.pid).filter((pid) => !before.has(pid));
}

describe("worker processes", () => {
  it("survive each other's SIGFPE", async () => {
    const engine = createWorkerEngine({ workers: 2, threads: 1, isolation: "process" });
    try {
      const [dividing, counting] = [await engine.load(sourceOf(DIVISION)), await engine.load(sourceOf(COUNTING))];
      await until(() => engine.lanes.count === 2);
      const other = counting.run(steps(100_000));
      const deadly = dividing.run(DEADLY_DIVISION);
      await expect(deadly).rejects.toMatchObject({ code: "WORKER_LOST", retryable: true, status: 503 });
      await expect(deadly).rejects.toThrow(/SIGFPE/);
      expect((await other)["count"]?.data[0]).toBe(100_000);
      expect((await dividing.run(division(-7, 2)))["quotient"]?.data[0]).toBe(-3);
    } finally {
      await engine.close();
    }
  });

  it("lose the run of the one that is killed, and of no other", async () => {
    const newChildren = watchChildren();
    const engine = create({ workers: 3, start: processStarter() });
    const counting = await engine.load(sourceOf(COUNTING));
    await until(() => engine.lanes.count === 3);
    const children = newChildren();
    expect(children).toHaveLength(3);
    const endless = [counting.run(ENDLESS), counting.run(ENDLESS), counting.run(ENDLESS)];
    const outcomes = endless.map(codeOf);
    // Each is at its run, and not still loading the model.
    const before = children.map(cpuTicksOf);
    await until(() => children.every((pid, index) => cpuTicksOf(pid) > (before[index] ?? 0) + 100));
    const waiting = counting.run(steps(10));
    const [killed = 0, ...others] = children;
    process.kill(killed, "SIGKILL");
    // The one that waited is carried out by the worker in its place.
    expect((await waiting)["count"]?.data[0]).toBe(10);
    expect(newChildren()).toHaveLength(3);
    for (const pid of others) process.kill(pid, "SIGKILL");
    expect(await Promise.all(outcomes)).toEqual(["WORKER_LOST", "WORKER_LOST", "WORKER_LOST"]);
  });

  it("that is killed while it loads fails the load, which may be asked again", async () => {
    const newChildren = watchChildren();
    const engine = create({ workers: 1, start: processStarter() });
    const loads = [codeOf(engine.load(sourceOf(NEGATION)))];
    // Not started yet: the load waits for it.
    for (const pid of newChildren()) process.kill(pid, "SIGKILL");
    const [first] = await Promise.all(loads);
    expect([undefined, "WORKER_LOST"]).toContain(first);
    const session = await engine.load(sourceOf(NEGATION));
    expect((await session.run(vector(3)))["y"]?.data[0]).toBe(-3);
  });
});
