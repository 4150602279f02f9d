import type { Goal, Row } from "./row.ts";

const HEADINGS = ["metric", "unit", "naive", "floor", "ours", "× naive", "of floor", "goal", "met"];
const TEXT_COLUMNS = 2;

/** Lays rows out for people, a line each. */
export function toTable(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(toCells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => toLine(line, widths)).join("\n");
}

function toLine(cells: readonly string[], widths: readonly number[]): string {
  const padded = cells.map((cell, column) => {
    const width = widths[column] ?? 0;
    return column < TEXT_COLUMNS ? cell.padEnd(width) : cell.padStart(width);
  });
  return padded.join("  ").trimEnd();
}

function toCells(row: Row): string[] {
  const figures = [row.naive, row.floor, row.ours, row.ratioToNaive, row.ratioToFloor].map(toFigure);
  const met = row.met === undefined ? "" : row.met ? "yes" : "NO";
  return [row.metric, row.unit, ...figures, toGoal(row.goal), met];
}

function toFigure(value: number | undefined): string {
  if (value === undefined) return "";
  return value >= 1000 ? value.toFixed(0) : String(value);
}

function toGoal(goal: Goal | undefined): string {
  return goal ? `${goal.kind === "atMost" ? "≤" : "≥"} ${goal.value}` : "";
}
