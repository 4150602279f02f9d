import type { Recommendation, ServingOption } from "@virga/cost";
import { alignRight, formatTable } from "../print/table.ts";
import { formatFigures } from "./describe-comparison.ts";
import type { CostQuestion } from "./question.ts";

/** Found for each target, and therefore no figure of the question. */
const FOUND: readonly string[] = ["durationMs", "threads"];

/** A recommendation for people: the best of each kind of target, as one kind may have dozens of sizes. */
export function describeRecommendation(
  { best, options, leftOut }: Recommendation,
  goalMs: string,
  question: CostQuestion,
): string {
  const shown = bestOfEachKind(options);
  const header = ["In time", "Target", "ms", "Threads", "USD a month"];
  const rows = shown.map((option) => [option.meetsGoal ? "yes" : "no", ...describe(option)]);
  const rest = options.length - shown.length;
  return [
    best === undefined
      ? `Nothing answers within ${goalMs} ms; the fastest first:`
      : `${best.estimate.name} in ${best.estimate.region} is the cheapest that answers within ${goalMs} ms. The best of each kind:`,
    formatTable(alignRight([header, ...rows], [2, 3, 4])) +
      (rest === 0 ? "" : `\n… and ${rest} more sizes, which --json lists`),
    ["Left out", ...leftOut.map((each) => `  ${each}`)].join("\n"),
    formatFigures({ ...question, figures: question.figures.filter(({ name }) => !FOUND.includes(name)) }),
  ].join("\n\n");
}

function bestOfEachKind(options: readonly ServingOption[]): readonly ServingOption[] {
  const kinds = new Map<string, ServingOption>();
  for (const option of options) {
    const { target } = option;
    const kind = target.product === "lambda" ? `lambda ${target.architecture}` : target.product;
    if (!kinds.has(kind)) kinds.set(kind, option);
  }
  return [...kinds.values()];
}

function describe({ latencyMs, threads, estimate }: ServingOption): string[] {
  return [estimate.name, latencyMs, String(threads), estimate.isPossible ? estimate.total : ""];
}
