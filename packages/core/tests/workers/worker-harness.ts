import { existsSync, globSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type FailureCode, InferenceError } from "../../src/errors.ts";
import type { LogEntry } from "../../src/log.ts";
import type { Engine, Lanes, ModelSource, Spread } from "../../src/session/engine.ts";
import { Breaker, type BreakerLimits } from "../../src/workers/breaker.ts";
import { createPooledSession } from "../../src/workers/pooled-session.ts";
import type { MeasuredSession } from "../../src/workers/quick-runs.ts";
import type { StartWorker } from "../../src/workers/worker-channel.ts";
import { WorkerPool } from "../../src/workers/worker-pool.ts";
import { processStarter } from "../../src/workers/worker-process.ts";
import { threadStarter } from "../../src/workers/worker-thread.ts";

/** A worker that ends when it is given certain numbers; see there. */
const MORTAL_ENTRY = new URL("./mortal-worker-entry.ts", import.meta.url);

export const MORTAL_STARTERS: Readonly<Record<"thread" | "process", StartWorker>> = {
  thread: threadStarter(MORTAL_ENTRY),
  process: processStarter(MORTAL_ENTRY),
};

/** Such that nothing opens it. */
const PATIENT: BreakerLimits = { deaths: 1e6, withinMs: 1, firstPauseMs: 1, longestPauseMs: 1 };

export interface TestedEngine extends Engine {
  load(source: ModelSource, spread?: Spread): Promise<MeasuredSession>;
  readonly lanes: Lanes;
  readonly log: LogEntry[];
  close(): Promise<void>;
}

export interface Tested {
  readonly workers: number;
  /** Of a run while other workers are idle; one where absent, as while they are busy. */
  readonly threadsAlone?: number;
  readonly start: StartWorker;
  readonly breaker?: BreakerLimits;
  readonly restAfterMs?: number;
}

/** A worker engine with workers and a breaker as a test needs them. */
export function createTestedEngine(tested: Tested): TestedEngine {
  const { workers, threadsAlone = 1, start, breaker = PATIENT, restAfterMs } = tested;
  const log: LogEntry[] = [];
  const pool = new WorkerPool({
    concurrency: { workers, threads: 1, threadsAlone },
    start,
    breaker: new Breaker(breaker),
    ...(restAfterMs === undefined ? {} : { restAfterMs }),
    log: (entry) => log.push(entry),
  });
  return {
    platform: "tested",
    lanes: pool.lanes,
    log,
    async load(source, spread) {
      const { model, facts } = await pool.load(source, spread);
      return createPooledSession(pool, model, facts);
    },
    close: () => pool.close(),
  };
}

/** The code that work fails with, `undefined` when it does not. */
export async function codeOf(work: Promise<unknown>): Promise<FailureCode | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (InferenceError.is(error)) return error.code;
    throw error;
  }
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

/** Processes that this one has started and that are not gone; where the system tells. */
export function childrenOf(pid: number): readonly number[] {
  return globSync(`/proc/${pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number),
  );
}

/** Processor time that a process has taken, in hundredths of a second. Source: proc_pid_stat(5). */
export function cpuTicksOf(pid: number): number {
  const [, afterName = ""] = /^\d+ \(.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  return Number(afterName.split(" ")[11]);
}

export function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  const [, state] = /^\d+ \(.*\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  return state !== "Z";
}
