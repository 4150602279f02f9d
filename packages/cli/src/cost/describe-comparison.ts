import type { Comparison, PossibleEstimate, PriceBook } from "@virga/cost";
import { alignRight, formatTable } from "../print/table.ts";
import type { Figure } from "./figure.ts";
import type { CostQuestion } from "./question.ts";

/** The weakest assumption of every comparison. */
export const SAME_TIME =
  "Every target is given the same time for a request, Lambda a longer one where it was measured and the function has less of a CPU; a target in a workload file may have its own durationMs.";

const IDLE = "Per million: USD for a million requests. Idle: what of a month's bill is due without any request.";

/** A comparison for people. */
export function describeComparison(
  { possible, impossible, warnings }: Comparison,
  questions: readonly CostQuestion[],
  book: PriceBook,
  withCalculations: boolean,
): string {
  const [first] = possible;
  const parts = [
    ...questions.map(formatFigures),
    formatTotals(possible),
    ...(impossible.length === 0
      ? []
      : [
          section(
            "Not possible",
            impossible.map(({ name, problems }) => `${name}: ${problems.join("; ")}`),
          ),
        ]),
    ...(withCalculations ? possible.map(formatCalculations) : []),
    ...(warnings.length === 0 ? [] : [section("Compare with care", warnings)]),
    ...doubts(possible),
    [
      `${first === undefined ? "" : `Totals are ${first.rounding}. `}List prices of ${book.builtAt} in USD, without tax or discounts.`,
      IDLE,
      SAME_TIME,
    ].join("\n"),
  ];
  return parts.join("\n\n");
}

/** Each figure with where it comes from. */
export function formatFigures({ file, figures }: CostQuestion): string {
  const rows = figures.map(({ name, value, unit, origin }) => [name, plain(value), unit, describeOrigin(name, origin)]);
  const isTimeAssumed = figures.some(({ name, origin }) => name === "durationMs" && origin === "assumed");
  return [figuresTitle(file), formatTable(rows, "  "), ...(isTimeAssumed ? [MEASURE] : [])].join("\n");
}

const MEASURE = "  Measure your own: virga cost --measure model.onnx";

/** What to say in place of an assumption. */
const FLAGS: Readonly<Record<string, string>> = {
  requests: "--requests",
  durationMs: "--duration",
  memoryMb: "--memory",
  threads: "--threads",
  requestBytes: "--request-bytes",
  responseBytes: "--response-bytes",
  logBytes: "--log-bytes",
  initMs: "--cold-start",
};

function describeOrigin(name: string, origin: Figure["origin"]): string {
  return origin === "assumed" ? `assumed: ${FLAGS[name]}` : origin;
}

/** What stands above the figures of a workload. */
export function figuresTitle(file: string | undefined): string {
  return file === undefined ? "Figures" : `Figures of ${file}`;
}

/** A figure as it would be written by hand: `1,500,000` for `1.5e6`. */
export function plain(value: Figure["value"]): string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number.toLocaleString("en-US") : String(value);
}

function formatTotals(possible: readonly PossibleEstimate[]): string {
  const rows = possible.map(({ name, region, instances = "", total, perMillion = "", idle }) => [
    name,
    region,
    instances,
    total,
    perMillion,
    idle,
  ]);
  const header = ["Target", "Region", "Instances", "USD a month", "Per million", "Idle"];
  return formatTable(alignRight([header, ...rows], [2, 3, 4, 5]));
}

function formatCalculations({ name, lines, total, rounding, assumptions, notPriced }: PossibleEstimate): string {
  const calculations = lines.map(({ name: line, formula, price }) => {
    const source = [price.id, price.source, price.asOf, price.confidence && `confidence ${price.confidence}`];
    return `${line}: ${formula}\n      ${source.filter((each) => each !== undefined).join("; ")}`;
  });
  return section(name, [
    ...calculations,
    `total: ${total} (${rounding})`,
    ...assumptions.map((each) => `assumed: ${each}`),
    ...notPriced.map((each) => `not in it: ${each}`),
  ]);
}

/** What makes single figures doubtful; the same doubt about several targets is told once. */
function doubts(possible: readonly PossibleEstimate[]): string[] {
  const texts = [...new Set(possible.flatMap(({ warnings }) => warnings))];
  return texts.length === 0 ? [] : [section("Uncertain", texts)];
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`)].join("\n");
}
