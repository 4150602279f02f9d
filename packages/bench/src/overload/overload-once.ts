import type { Progress } from "../frame/bench.ts";
import { median } from "../frame/statistics.ts";
import type { Generator } from "./generator.ts";
import type { LoneRequest, OpenReport } from "./phases.ts";
import { type WatchedMemory, watchMemory } from "./watched-memory.ts";

/** One service under overload. */
export interface Measured {
  readonly capacityPerSecond: number;
  readonly seconds: number;
  readonly open: OpenReport;
  readonly memory: WatchedMemory;
  /** Milliseconds of a lone request. */
  readonly loneMs: number;
  /** Infinite where it has not recovered while it was looked at. */
  readonly recoveryMs: number;
}

const LONE_SECONDS = 1;
const CAPACITY_CALLERS = [8, 32] as const;
const MOST_CAPACITY_SECONDS = 10;
const AFTER_SECONDS = 5;

/** Lone requests, closed loops that find the capacity, an open loop far above it, lone requests again. */
export async function overloadOnce(
  generator: Generator,
  servicePid: number,
  { seconds, times }: { readonly seconds: number; readonly times: number },
  progress: Progress,
): Promise<Measured> {
  const before = await generator.run({ kind: "lone", seconds: LONE_SECONDS });
  const loneMs = median(before.map(({ tookMs }) => tookMs ?? Number.POSITIVE_INFINITY));
  const loopSeconds = Math.min(seconds, MOST_CAPACITY_SECONDS);
  let capacityPerSecond = 0;
  for (const callers of CAPACITY_CALLERS) {
    const { goodPerSecond } = await generator.run({ kind: "closed", callers, seconds: loopSeconds });
    capacityPerSecond = Math.max(capacityPerSecond, goodPerSecond);
  }
  const perSecond = times * capacityPerSecond;
  progress(`capacity ${capacityPerSecond.toFixed(0)} a second; ${perSecond.toFixed(0)} a second for ${seconds} s`);
  const endMemory = watchMemory(servicePid);
  const open = await generator.run({ kind: "open", perSecond, seconds, afterSeconds: AFTER_SECONDS });
  return { capacityPerSecond, seconds, open, memory: endMemory(), loneMs, recoveryMs: recoveryOf(open.after, loneMs) };
}

const IN_A_ROW = 5;

/** When the first of five requests in a row was answered as fast as before; infinite where none was. */
export function recoveryOf(after: readonly LoneRequest[], loneMs: number): number {
  const isFast = ({ tookMs }: LoneRequest): boolean =>
    tookMs !== undefined && tookMs <= Math.max(2 * loneMs, loneMs + 5);
  const first = after.findIndex((_, index) => {
    const row = after.slice(index, index + IN_A_ROW);
    return row.length === IN_A_ROW && row.every(isFast);
  });
  return after[first]?.atMs ?? Number.POSITIVE_INFINITY;
}
