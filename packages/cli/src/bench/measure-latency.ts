import { createOnnxEngine, type Session, type Tensors } from "@virga/core";
import type { FileSource } from "./listening-engine.ts";

/** How long warm runs took with so many threads, in ms. */
export interface Latency {
  readonly threads: number;
  /** The median. */
  readonly durationMs: string;
  /** What one run in a hundred exceeds, or the slowest of fewer. */
  readonly p99Ms: string;
  readonly runs: number;
  readonly architecture: "x64" | "arm64";
}

/** Enough for a 99th percentile; a slow model gets as many as fit into the time, and one at least. */
const MOST_RUNS = 1_000;
const RUNS_MS = 2_000;
const LEAST_RUNS = 5;
const LONGEST_MS = 10_000;
const WARM_UP_MS = 300;
const MOST_WARM_UP_RUNS = 20;

/** Runs a model again and again with one number of threads, at most some ten seconds and one run. */
export async function measureLatency(source: FileSource, inputs: Tensors, threads: number): Promise<Latency> {
  const session = await createOnnxEngine({ threads }).load(source);
  try {
    await warmUp(session, inputs);
    const times = await timeRuns(session, inputs);
    return {
      threads,
      durationMs: quantile(times, 0.5).toFixed(3),
      p99Ms: quantile(times, 0.99).toFixed(3),
      runs: times.length,
      architecture: process.arch === "arm64" ? "arm64" : "x64",
    };
  } finally {
    await session.close();
  }
}

async function warmUp(session: Session, inputs: Tensors): Promise<void> {
  const until = performance.now() + WARM_UP_MS;
  let runs = 0;
  do {
    await session.run(inputs);
    runs += 1;
  } while (runs < MOST_WARM_UP_RUNS && performance.now() < until);
}

/** Times in ms, shortest first. */
async function timeRuns(session: Session, inputs: Tensors): Promise<readonly number[]> {
  const times: number[] = [];
  const began = performance.now();
  const isEnough = (spentMs: number): boolean =>
    times.length >= MOST_RUNS || spentMs > LONGEST_MS || (spentMs > RUNS_MS && times.length >= LEAST_RUNS);
  do {
    const started = performance.now();
    await session.run(inputs);
    times.push(performance.now() - started);
  } while (!isEnough(performance.now() - began));
  return times.sort((one, other) => one - other);
}

/** The least of the sorted numbers that so large a share does not exceed. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
