import { formatTable } from "./table.ts";

/** Values of one output that are shown; the rest is counted. */
const SHOWN_VALUES = 12;
const SHOWN_ROWS = 20;

/** An answer of `POST /predict` for people, whichever of its forms it has. */
export function formatAnswer(text: string): string {
  const answer: unknown = JSON.parse(text);
  if (!isObject(answer)) return text;
  const { outputs, predictions } = answer;
  if (isTensors(outputs)) return formatTensors(outputs);
  if (Array.isArray(predictions)) return formatRows(predictions);
  return formatColumns(isObject(outputs) ? outputs : answer);
}

interface AnsweredTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

function formatTensors(outputs: readonly AnsweredTensor[]): string {
  return formatTable(
    outputs.map(({ name, datatype, shape, data }) => [name, datatype, `[${shape.join(", ")}]`, formatValue(data)]),
  );
}

function formatRows(rows: readonly unknown[]): string {
  const shown = rows.slice(0, SHOWN_ROWS);
  const columns = [...new Set(shown.flatMap((row) => (isObject(row) ? Object.keys(row) : [])))];
  const table =
    columns.length === 0
      ? shown.map((row, index) => [String(index), formatValue(row)])
      : [["", ...columns], ...shown.map((row, index) => [String(index), ...cellsOf(row, columns)])];
  const rest = rows.length > shown.length ? `\n… and ${rows.length - shown.length} more` : "";
  return formatTable(table) + rest;
}

function cellsOf(row: unknown, columns: readonly string[]): string[] {
  return isObject(row) ? columns.map((column) => formatValue(row[column])) : [formatValue(row)];
}

function formatColumns(outputs: Readonly<Record<string, unknown>>): string {
  return formatTable(Object.entries(outputs).map(([name, value]) => [name, formatValue(value)]));
}

function formatValue(value: unknown): string {
  if (!Array.isArray(value)) return typeof value === "string" ? value : JSON.stringify(value);
  const flat: unknown[] = value.flat(Number.POSITIVE_INFINITY);
  if (flat.length <= SHOWN_VALUES) return JSON.stringify(value);
  const shown = flat.slice(0, SHOWN_VALUES).map((each) => JSON.stringify(each));
  return `[${shown.join(",")},… ${flat.length} values]`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTensors(value: unknown): value is readonly AnsweredTensor[] {
  return Array.isArray(value) && value.every((each) => isObject(each) && "datatype" in each && "data" in each);
}
