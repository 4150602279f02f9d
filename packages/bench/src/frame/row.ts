import { median, medianRatio } from "./statistics.ts";

/** What a figure must reach; `of` names the figure. */
export interface Goal {
  readonly kind: "atMost" | "atLeast";
  readonly value: number;
  readonly of: "ratioToNaive" | "ratioToFloor" | "ours";
}

/** One line of a benchmark, as `--json` prints it. */
export interface Row {
  readonly metric: string;
  readonly unit: string;
  /** How it is done without this project. */
  readonly naive?: number;
  /** The best that anything could do. */
  readonly floor?: number;
  readonly ours: number;
  /** How many times better than naive: above 1 is a gain, for a time as for a rate. */
  readonly ratioToNaive?: number;
  /** Ours divided by the floor. */
  readonly ratioToFloor?: number;
  readonly goal?: Goal;
  readonly met?: boolean;
}

/** Samples of one metric, a round each. */
export interface Comparison {
  readonly metric: string;
  readonly unit: string;
  /** Which way is better; `less`, as of times and bytes, where absent. */
  readonly better?: "less" | "more";
  readonly ours: readonly number[];
  readonly naive?: readonly number[];
  readonly floor?: readonly number[];
  readonly goal?: Goal;
}

/** Turns samples into a row: medians, and the medians of the rounds' ratios. */
export function toRow({ metric, unit, better = "less", ours, naive, floor, goal }: Comparison): Row {
  const row: Row = {
    metric,
    unit,
    ...(naive && { naive: rounded(median(naive)) }),
    ...(floor && { floor: rounded(median(floor)) }),
    ours: rounded(median(ours)),
    ...(naive && { ratioToNaive: rounded(better === "less" ? medianRatio(naive, ours) : medianRatio(ours, naive)) }),
    ...(floor && { ratioToFloor: rounded(medianRatio(ours, floor)) }),
  };
  return goal ? { ...row, goal, met: isMet(goal, row) } : row;
}

/** Judged on the printed figure, so that a reader comes to the same result. */
function isMet({ kind, value, of }: Goal, row: Row): boolean {
  const figure = row[of];
  if (figure === undefined) throw new RangeError(`the goal of "${row.metric}" is one of ${of}, which it does not have`);
  return kind === "atMost" ? figure <= value : figure >= value;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
