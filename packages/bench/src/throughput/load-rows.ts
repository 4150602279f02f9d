import { type Goal, type Row, toRow } from "../frame/row.ts";
import { median } from "../frame/statistics.ts";
import { BATCHING_CLIENTS, type Cell } from "./measure-load.ts";
import { OURS, OURS_UNBATCHED } from "./node-contenders.ts";
import type { Sample } from "./running-contender.ts";

type Figure = keyof Pick<
  Sample,
  "requestsPerSecond" | "p50Ms" | "p99Ms" | "memoryBytes" | "memoryEverBytes" | "failed" | "cpuMs"
>;

/** Requests a second of each load: ours against the best peer's. */
export function throughputRows(cells: readonly Cell[]): Row[] {
  return cells.filter(isOurs).map((ours) => {
    const best = bestPeer(cells, ours, "requestsPerSecond", "more");
    return toRow({
      metric: title(ours, "throughput"),
      unit: "requests/s",
      better: "more",
      ours: figures(ours, "requestsPerSecond"),
      ...(best && { naive: figures(best, "requestsPerSecond"), goal: atLeast(ours.workload.throughputGoal) }),
    });
  });
}

/** A latency of each load: ours against the least of any peer. */
export function latencyRows(cells: readonly Cell[], figure: "p50Ms" | "p99Ms"): Row[] {
  return cells.filter(isOurs).map((ours) => {
    const best = bestPeer(cells, ours, figure, "less");
    return toRow({
      metric: title(ours, figure === "p50Ms" ? "p50" : "p99"),
      unit: "ms",
      ours: figures(ours, figure),
      ...(best && { naive: figures(best, figure), ...(figure === "p99Ms" && { goal: atLeast(1) }) }),
    });
  });
}

/** The most memory under any load, and from the start on: ours against the peer that takes least. */
export function memoryRows(cells: readonly Cell[]): Row[] {
  return [
    ...mostMemory(cells, "memoryBytes", "memory"),
    ...mostMemory(cells, "memoryEverBytes", "memory, with the start"),
  ];
}

function mostMemory(cells: readonly Cell[], figure: "memoryBytes" | "memoryEverBytes", what: string): Row[] {
  const models = [...new Set(cells.map(({ workload }) => workload))];
  return models.map((workload) => {
    const peaks = new Map<string, number>();
    for (const cell of cells.filter((each) => each.workload === workload)) {
      const peak = Math.max(peaks.get(cell.contender) ?? 0, ...figures(cell, figure));
      peaks.set(cell.contender, peak);
    }
    const ours = (peaks.get(OURS.name) ?? 0) / 1e6;
    const others = [...peaks].filter(([name]) => isPeer(name)).map(([, bytes]) => bytes / 1e6);
    return toRow({
      metric: `${workload.graph.name}: ${what}`,
      unit: "MB",
      ours: [ours],
      ...(others.length > 0 && { naive: [Math.min(...others)], goal: atLeast(1) }),
    });
  });
}

/** Ours against ours without batching. */
export function batchingRows(cells: readonly Cell[]): Row[] {
  return cells.filter(isOurs).flatMap((ours) => {
    const alone = cells.find((each) => isSameLoad(each, ours) && each.contender === OURS_UNBATCHED.name);
    if (alone === undefined || ours.clients !== BATCHING_CLIENTS) return [];
    const { batchingGoal } = ours.workload;
    const row = toRow({
      metric: title(ours, "throughput by batching, against none"),
      unit: "requests/s",
      better: "more",
      ours: figures(ours, "requestsPerSecond"),
      naive: figures(alone, "requestsPerSecond"),
      ...(batchingGoal !== undefined && { goal: atLeast(batchingGoal) }),
    });
    return [row];
  });
}

/** Requests of ours that failed under any load. */
export function failureRow(cells: readonly Cell[]): Row {
  const failed = cells.filter(isOurs).flatMap((cell) => figures(cell, "failed"));
  const goal: Goal = { kind: "atMost", value: 0, of: "ours" };
  return toRow({
    metric: "failed requests",
    unit: "requests",
    ours: [failed.reduce((sum, each) => sum + each, 0)],
    goal,
  });
}

const HEADINGS = ["model", "clients", "contender", "requests/s", "p50 ms", "p99 ms", "CPU ms/request", "MB", "failed"];

/** All figures of all contenders, medians of the rounds, as text. */
export function describeCells(cells: readonly Cell[]): string {
  const lines = cells.map((cell) => {
    const middle = (figure: Figure): number => median(figures(cell, figure));
    return [
      cell.workload.graph.name,
      String(cell.clients),
      cell.contender,
      middle("requestsPerSecond").toFixed(1),
      middle("p50Ms").toFixed(2),
      middle("p99Ms").toFixed(2),
      middle("cpuMs").toFixed(3),
      (middle("memoryBytes") / 1e6).toFixed(0),
      String(Math.max(...figures(cell, "failed"))),
    ];
  });
  const table = [HEADINGS, ...lines];
  const widths = HEADINGS.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  const rows = table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `every contender, medians of the rounds:\n  ${rows.join("\n  ")}`;
}

/** A sentence for each peer that failed requests, so that its figures are not taken for more than they are. */
export function describeFailures(cells: readonly Cell[]): string[] {
  return cells.flatMap(({ workload, clients, contender, samples }) => {
    const failure = samples.find(({ failed }) => failed > 0)?.failure;
    return failure === undefined ? [] : [`${workload.graph.name}, ${clients} clients: ${contender} failed: ${failure}`];
  });
}

function bestPeer(cells: readonly Cell[], ours: Cell, figure: Figure, better: "less" | "more"): Cell | undefined {
  const peers = cells.filter((cell) => isSameLoad(cell, ours) && isPeer(cell.contender) && !hasFailed(cell));
  const sign = better === "more" ? -1 : 1;
  return peers.toSorted((left, right) => {
    return sign * (median(figures(left, figure)) - median(figures(right, figure)));
  })[0];
}

function isSameLoad(left: Cell, right: Cell): boolean {
  return left.workload === right.workload && left.clients === right.clients;
}

function isOurs({ contender }: Cell): boolean {
  return contender === OURS.name;
}

function isPeer(contender: string): boolean {
  return contender !== OURS.name && contender !== OURS_UNBATCHED.name;
}

function hasFailed({ samples }: Cell): boolean {
  return samples.some(({ failed }) => failed > 0);
}

function figures({ samples }: Cell, figure: Figure): number[] {
  return samples.map((sample) => sample[figure]);
}

function title({ workload, clients }: Cell, what: string): string {
  return `${workload.graph.name}, ${clients} ${clients === 1 ? "client" : "clients"}: ${what}`;
}

function atLeast(value: number): Goal {
  return { kind: "atLeast", value, of: "ratioToNaive" };
}
