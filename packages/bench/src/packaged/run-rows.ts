import { type Goal, type Row, toRow } from "../frame/row.ts";
import type { FunctionRun, FunctionRuns } from "./measure-functions.ts";

/** @param memory what of it was looked at, and what it may be. */
export function toRunRows(
  { naive, ours }: FunctionRuns,
  size: number,
  memory: { readonly metric: string; readonly goal?: Goal },
): Row[] {
  const row = (metric: string, unit: string, toFigure: (run: FunctionRun) => number, goal?: Goal): Row => {
    const figures = { naive: naive.map(toFigure), ours: ours.map(toFigure) };
    return toRow({ metric: `${size} MB: ${metric}`, unit, ...figures, ...(goal && { goal }) });
  };
  return [
    row("start to first answer", "ms", ({ whole }) => whole.wallMs),
    row("CPU until then", "ms", ({ whole }) => whole.cpuMs),
    row(memory.metric, "MB", ({ peakAnonymousBytes }) => peakAnonymousBytes / 1e6, memory.goal),
  ];
}
