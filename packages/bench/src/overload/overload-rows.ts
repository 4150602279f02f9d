import { type Row, toRow } from "../frame/row.ts";
import { DEADLINE_MS } from "./deadline.ts";
import type { Measured } from "./overload-once.ts";

const LEAST_GOODPUT = 0.9;
const MOST_GROWTH_MB = 16;
const MOST_RECOVERY_MS = 1_000;

export function toRows(name: string, measured: Measured): Row[] {
  const { capacityPerSecond, seconds, open, memory, loneMs, recoveryMs } = measured;
  const wrong = Object.values(open.wrong).reduce((sum, each) => sum + each, 0);
  const row = (metric: string, unit: string, ours: number, more: Partial<Parameters<typeof toRow>[0]> = {}): Row =>
    toRow({ metric: `${name}: ${metric}`, unit, ours: [ours], ...more });
  const atMost = (value: number) => ({ goal: { kind: "atMost", value, of: "ours" } as const });
  return [
    row("capacity", "1/s", capacityPerSecond, { better: "more" }),
    row("offered", "× capacity", open.due / seconds / capacityPerSecond),
    row("right answers in time", "1/s", open.goodPerSecond, {
      better: "more",
      floor: [capacityPerSecond],
      goal: { kind: "atLeast", value: LEAST_GOODPUT, of: "ratioToFloor" },
    }),
    row("refused with 503 and Retry-After in time", "1/s", open.refused / seconds),
    row("ended otherwise", "requests", wrong, atMost(0)),
    row("found no connection", "requests", open.unsent),
    row("p99 of the right answers", "ms", open.goodP99Ms, atMost(DEADLINE_MS)),
    row("p99 of the refusals", "ms", open.refusedP99Ms, atMost(DEADLINE_MS)),
    row("memory at its peak", "MB", memory.peakMegabytes),
    row("growth of memory", "MB", memory.growthMegabytes, atMost(MOST_GROWTH_MB)),
    row("a lone request before", "ms", loneMs),
    row("recovery", "ms", recoveryMs, atMost(MOST_RECOVERY_MS)),
  ];
}

/** A line for each way to end that must not be. */
export function describeWrong(name: string, { open }: Measured): string[] {
  return Object.entries(open.wrong).map(([fault, count]) => `${name}: ${count} × ${fault}`);
}
