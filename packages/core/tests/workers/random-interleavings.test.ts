import { describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import type { Session } from "../../src/session/engine.ts";
import type { StartWorker } from "../../src/workers/worker-channel.ts";
import { createWorkerService } from "../../src/workers/worker-service.ts";
import { threadStarter } from "../../src/workers/worker-thread.ts";
import { codeOf, createTestedEngine, MORTAL_STARTERS } from "./worker-harness.ts";
import { NEGATION, sourceOf, vector } from "./worker-models.ts";

// Workers take long to start where many others want the CPUs.
jest.setTimeout(240_000);

/** What may happen to a request that is right, when workers die and sessions are closed. */
const ALLOWED = [undefined, "WORKER_LOST", "INTERNAL", "NOT_READY", "CANCELLED"];
const EXIT = 1001;

type Step =
  | { readonly kind: "load" | "kill" | "pause" | "close engine" }
  | { readonly kind: "run" | "close" | "cancelled run"; readonly session: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<Step>({ kind: "load" }, { kind: "kill" }, { kind: "pause" }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: "close engine" }) },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constantFrom("run" as const, "run" as const, "cancelled run" as const, "close" as const),
        session: fc.nat(3),
      }),
    },
  ),
  { minLength: 5, maxLength: 40 },
);

/** Does it all without waiting, and asserts that all of it ends, and no run with another's answer. */
async function interleave(
  start: StartWorker,
  workers: number,
  kill: (session: Session) => unknown,
  all: readonly Step[],
): Promise<void> {
  const breaker = { deaths: 3, withinMs: 1000, firstPauseMs: 5, longestPauseMs: 20 };
  const engine = createTestedEngine({ workers, start, breaker });
  const sessions: Session[] = [];
  const works: Promise<unknown>[] = [];
  const load = async (): Promise<void> => void sessions.push(await engine.load(sourceOf(NEGATION)));
  await load();
  for (const [index, step] of all.entries()) {
    const session = "session" in step ? sessions[step.session] : sessions[0];
    const abort = new AbortController();
    if (step.kind === "load") works.push(load());
    if (step.kind === "pause") await Promise.race([Promise.allSettled(works), new Promise(setImmediate)]);
    if (step.kind === "close engine" && index % 5 === 0) works.push(engine.close());
    if (session === undefined) continue;
    if (step.kind === "kill") works.push(Promise.resolve(kill(session)));
    if (step.kind === "close") works.push(session.close());
    if (step.kind === "run" || step.kind === "cancelled run") works.push(expectNegated(session, index, abort.signal));
    if (step.kind === "cancelled run") abort.abort();
  }
  const codes = await Promise.all(works.map(codeOf));
  for (const code of codes) expect(ALLOWED).toContain(code);
  await Promise.all(sessions.map((session) => session.close()));
  await engine.close();
  expect(engine.lanes.count).toBe(0);
}

async function expectNegated(session: Session, value: number, signal: AbortSignal): Promise<void> {
  const { y } = await session.run(vector(value), { signal });
  expect(y?.data[0]).toBe(-value);
}

/** Workers in this thread: all of a worker but its thread, so that hundreds may die. */
function startHere(living: Set<() => void>): StartWorker {
  return ({ answered, ended }) => {
    let alive = true;
    const end = (): void => {
      if (!alive) return;
      alive = false;
      living.delete(end);
      setImmediate(() => ended({ how: "was ended by the test" }));
    };
    living.add(end);
    const ask = createWorkerService((answer) => setImmediate(() => alive && answered(structuredClone(answer))));
    setImmediate(() => alive && answered({ kind: "ready" }));
    return { send: (request) => void ask(request), hold: () => undefined, stop: end };
  };
}

describe("whatever is loaded, run, closed and killed in whatever order", () => {
  it("ends, with its own answer, with workers that only look like ones", async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 3 }),
        fc.infiniteStream(fc.nat()),
        async (all, workers, random) => {
          const living = new Set<() => void>();
          const kill = (): void => {
            const ends = [...living];
            ends[(random.next().value ?? 0) % Math.max(ends.length, 1)]?.();
          };
          await interleave(startHere(living), workers, kill, all);
          expect(living.size).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("ends, with its own answer, with threads", async () => {
    const kill = (session: Session): Promise<unknown> => session.run(vector(EXIT));
    await fc.assert(
      fc.asyncProperty(steps, (all) => interleave(MORTAL_STARTERS.thread, 2, kill, all)),
      { numRuns: 8 },
    );
  });

  it("ends, with threads that never start", async () => {
    const start = threadStarter(new URL("./no-such-entry.ts", import.meta.url));
    const engine = createTestedEngine({
      workers: 2,
      start,
      breaker: { deaths: 3, withinMs: 1e6, firstPauseMs: 5, longestPauseMs: 5 },
    });
    const loads = Array.from({ length: 5 }, () => codeOf(engine.load(sourceOf(NEGATION))));
    expect(new Set(await Promise.all(loads))).toEqual(new Set(["NOT_READY"]));
    await engine.close();
  });
});
