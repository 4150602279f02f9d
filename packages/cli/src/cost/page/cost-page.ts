import {
  type Candidate,
  type CheapestRange,
  type Comparison,
  cheapestRanges,
  costCurve,
  type EstimateOptions,
  estimate,
  type PossibleEstimate,
  type PriceBook,
  type RequestRange,
} from "@virga/cost";
import { figuresTitle, plain, SAME_TIME } from "../describe-comparison.ts";
import type { CostQuestion } from "../question.ts";
import { drawCostChart } from "./cost-chart.ts";
import { escapeText } from "./escape.ts";
import { PAGE_STYLE } from "./page-style.ts";

/** What a page shows. */
export interface CostPage {
  readonly questions: readonly CostQuestion[];
  readonly candidates: readonly Candidate[];
  readonly comparison: Comparison;
  readonly book: PriceBook;
  readonly options: EstimateOptions;
}

/** Decades that are drawn below and above the traffic asked about. */
const DECADES_BELOW = 2;
const DECADES_ABOVE = 3;

/** One page that needs nothing else: no script, no font, no image from elsewhere. */
export function writeCostPage({ questions, candidates, comparison, book, options }: CostPage): string {
  const requests = Number(candidates[0]?.workload.requests ?? 0);
  const range = rangeAround(requests);
  const named = candidates.map((candidate) => ({
    name: estimate(candidate.workload, candidate.target, book, options).name,
    candidate,
  }));
  const curves = named.map(({ name, candidate }) => ({ name, points: costCurve(candidate, range, book, options) }));
  const drawn = curves.filter(({ points }) => points.some(({ total }) => total !== undefined));
  const ranges = cheapestRanges(candidates, range, book, options);
  const body = [
    "<h1>What serving costs</h1>",
    table(
      ["Target", "Region", "Instances", "USD a month", "Per million", "Idle"],
      comparison.possible.map(toRow),
      [2, 3, 4, 5],
    ),
    ...list(
      "Not possible",
      comparison.impossible.map(({ name, problems }) => `${name}: ${problems.join("; ")}`),
    ),
    ...list("Compare with care", comparison.warnings),
    "<h2>Over requests per month</h2>",
    drawn.length === 0 ? "<p>No target can serve this.</p>" : drawCostChart(drawn, requests),
    "<h2>Which is the cheapest</h2>",
    table(
      ["From requests per month", "to", "cheapest"],
      ranges.map((each) => toRangeRow(each, named)),
      [0, 1],
    ),
    ...questions.flatMap(toFigures),
    "<h2>Calculations</h2>",
    ...comparison.possible.map(toCalculation),
    `<p>${SAME_TIME}</p>`,
    `<p>List prices of ${escapeText(book.builtAt)} in USD, without tax or discounts.</p>`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>What serving costs</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${body.join("\n")}
</body>
</html>
`;
}

function toFigures({ file, figures }: CostQuestion): string[] {
  const rows = figures.map(({ name, value, unit, origin }) => [name, plain(value), unit, origin]);
  return [`<h2>${escapeText(figuresTitle(file))}</h2>`, table(["Figure", "Value", "Unit", "Origin"], rows, [1])];
}

function rangeAround(requests: number): RequestRange {
  const decade = Math.floor(Math.log10(Math.max(1, requests)));
  const from = 10 ** Math.max(2, decade - DECADES_BELOW);
  return { from, to: Math.max(10 ** (decade + DECADES_ABOVE), from * 10) };
}

function toRow({ name, region, instances = "", total, perMillion = "", idle }: PossibleEstimate): string[] {
  return [name, region, instances, total, perMillion, idle];
}

function toRangeRow({ from, to, cheapest }: CheapestRange, named: readonly { readonly name: string }[]): string[] {
  const name = cheapest === undefined ? undefined : named[cheapest]?.name;
  return [group(from), group(to), name ?? "none is possible"];
}

function toCalculation({ name, lines, total, rounding, assumptions, warnings, notPriced }: PossibleEstimate): string {
  const rows = lines.map(({ name: line, formula, price }) => [
    line,
    formula,
    [price.id, price.source, price.asOf].filter((each) => each !== undefined).join("; "),
  ]);
  return [
    `<details><summary>${escapeText(name)}: ${total} (${rounding})</summary>`,
    table(["Line", "Calculation", "Price"], rows, []),
    ...list("Assumed", assumptions),
    ...list("Uncertain", warnings),
    ...list("Not in it", notPriced),
    "</details>",
  ].join("\n");
}

/** Cells of the columns that hold numbers stand at the right. */
function table(header: readonly string[], rows: readonly (readonly string[])[], numbers: readonly number[]): string {
  const cells = (tag: string, row: readonly string[]): string =>
    row
      .map((cell, index) => `<${tag}${numbers.includes(index) ? ' class="number"' : ""}>${escapeText(cell)}</${tag}>`)
      .join("");
  return [
    `<table><thead><tr>${cells("th", header)}</tr></thead><tbody>`,
    ...rows.map((row) => `<tr>${cells("td", row)}</tr>`),
    "</tbody></table>",
  ].join("\n");
}

function list(title: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  return [`<h3>${title}</h3>`, `<ul>${entries.map((entry) => `<li>${escapeText(entry)}</li>`).join("")}</ul>`];
}

function group(digits: string): string {
  return digits.replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
