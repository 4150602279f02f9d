import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import type { Session } from "../../src/session/engine.ts";
import type { WorkerRequest } from "../../src/workers/messages.ts";
import type { StartWorker } from "../../src/workers/worker-channel.ts";
import { threadStarter } from "../../src/workers/worker-thread.ts";
import { codeOf, createTestedEngine, MORTAL_STARTERS, type TestedEngine, until } from "./worker-harness.ts";
import { COUNTING, NEGATION, sourceOf, steps, vector } from "./worker-models.ts";

// Workers take long to start where many others want the CPUs.
jest.setTimeout(240_000);

/** Long enough for more threads to be worth their session. */
const LONG = steps(20_000);

let engine: TestedEngine;
afterEach(() => engine.close());

/** What each worker was asked, in the order in which they were started. */
type Asked = readonly (readonly WorkerRequest[])[];

function create(
  workers: number,
  threadsAlone: number,
  start = threadStarter(),
): { engine: TestedEngine; asked: Asked } {
  const asked: WorkerRequest[][] = [];
  const recorded: StartWorker = (listeners) => {
    const requests: WorkerRequest[] = [];
    asked.push(requests);
    const channel = start(listeners);
    return {
      ...channel,
      send(request) {
        requests.push(request);
        channel.send(request);
      },
    };
  };
  engine = createTestedEngine({ workers, threadsAlone, start: recorded });
  return { engine, asked };
}

/** Often enough for its length to be no accident. */
async function runLong(session: Session): Promise<void> {
  for (let run = 0; run < 3; run++) await session.run(LONG);
}

function loadsOf(requests: readonly WorkerRequest[] = []): readonly string[] {
  return requests.flatMap((request) =>
    request.kind === "load" ? [`${request.threads}${request.spinning ? " spinning" : ""}`] : [],
  );
}

function runsOf(requests: readonly WorkerRequest[] = []): readonly number[] {
  return requests.flatMap((request) => (request.kind === "run" ? [request.model] : []));
}

describe("a wide model", () => {
  it("has a session with the threads of all in one worker, once its runs have shown to be long", async () => {
    const { asked } = create(2, 2);
    const counting = await engine.load(sourceOf(COUNTING), "wide");
    await until(() => engine.lanes.count === 2);
    await runLong(counting);
    await until(() => loadsOf(asked[0]).length === 2);
    await counting.run(LONG);
    expect(loadsOf(asked[0])).toEqual(["1", "2 spinning"]);
    expect(loadsOf(asked[1])).toEqual(["1"]);
  });

  it("runs with them alone, and without them beside others", async () => {
    const { asked } = create(2, 2);
    const counting = await engine.load(sourceOf(COUNTING), "wide");
    await until(() => engine.lanes.count === 2);
    await runLong(counting);
    await until(() => loadsOf(asked[0]).length === 2);
    const [narrow, ...none] = new Set(runsOf(asked[0]));
    expect(none).toEqual([]);
    // The worker answers it before it is asked the next thing.
    const before = runsOf(asked[0]).length;
    while (runsOf(asked[0]).length === before) await counting.run(steps(1));
    const wide = runsOf(asked[0]).at(-1);
    expect(wide).not.toBe(narrow);
    await Promise.all([counting.run(LONG), counting.run(LONG), counting.run(LONG), counting.run(LONG)]);
    const after = runsOf(asked[0]).slice(runsOf(asked[0]).indexOf(wide ?? 0) + 1);
    expect(after[0]).toBe(wide);
    expect(new Set([...after.slice(1), ...runsOf(asked[1])])).toEqual(new Set([narrow]));
  });

  it("has no more sessions where its runs are short, where CPUs are missing, and none that stays when it is closed", async () => {
    const { asked } = create(2, 2);
    const negation = await engine.load(sourceOf(NEGATION), "wide");
    const counting = await engine.load(sourceOf(COUNTING), "wide");
    await until(() => engine.lanes.count === 2);
    for (let run = 0; run < 20; run++) await negation.run(vector(1));
    await runLong(counting);
    await until(() => loadsOf(asked[0]).length === 3);
    await counting.run(steps(1));
    await counting.close();
    const closed = asked.flat().filter(({ kind }) => kind === "close");
    expect(closed).toHaveLength(3);
  });
});

describe("one session for all workers", () => {
  it("has the threads of all, and takes every run", async () => {
    const { asked } = create(3, 3);
    const counting = await engine.load(sourceOf(COUNTING), "one");
    await until(() => engine.lanes.count === 3);
    await Promise.all(Array.from({ length: 6 }, () => counting.run(steps(10))));
    expect(asked.flatMap(loadsOf)).toEqual(["3 spinning"]);
    expect(asked.map(runsOf).filter((runs) => runs.length > 0)).toHaveLength(1);
  });

  it("does not meet another model's while a worker has none", async () => {
    const { asked } = create(2, 1);
    // A worker that has started long before the other does not wait for it.
    const both = await engine.load(sourceOf(COUNTING), "each");
    while (asked.length < 2 || asked.some((requests) => runsOf(requests).length === 0)) {
      await Promise.all([both.run(steps(100)), both.run(steps(100))]);
    }
    await sleep(0);
    await Promise.all([engine.load(sourceOf(COUNTING), "one"), engine.load(sourceOf(NEGATION), "one")]);
    expect(asked.map((requests) => loadsOf(requests).length)).toEqual([2, 2]);
  });

  it("is joined by another where runs of another model would keep it waiting", async () => {
    const { asked } = create(2, 1);
    const counting = await engine.load(sourceOf(COUNTING), "one");
    await until(() => engine.lanes.count === 2);
    const busy = [engine.load(sourceOf(NEGATION), "one"), engine.load(sourceOf(NEGATION), "one")];
    const [negation, again] = await Promise.all(busy);
    // Two are with one worker now; whichever that is, its other model need not wait.
    const long = counting.run(steps(400_000));
    await Promise.all([negation?.run(vector(1)), again?.run(vector(2))]);
    expect(asked.map((requests) => loadsOf(requests).length).reduce((sum, count) => sum + count, 0)).toBe(4);
    await long;
  });

  it("is loaded again, by whichever worker there is, when its own has died", async () => {
    const { asked } = create(2, 1, MORTAL_STARTERS.thread);
    const negation = await engine.load(sourceOf(NEGATION), "one");
    expect(await codeOf(negation.run(vector(1001)))).toBe("WORKER_LOST");
    await sleep(0);
    const answer = await negation.run(vector(3));
    expect(answer["y"]?.data[0]).toBe(-3);
    expect(asked.flatMap(loadsOf)).toHaveLength(2);
  });
});
