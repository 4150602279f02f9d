import type { Recommendation, ServingOption } from "@virga/cost";
import { formatTable } from "../print/table.ts";

const SHOWN = 12;

/** A recommendation for people. */
export function describeRecommendation({ best, options, leftOut }: Recommendation, goalMs: string): string {
  const rows = options.slice(0, SHOWN).map((option) => [option.meetsGoal ? "yes" : "no", ...describe(option)]);
  const header = ["In time", "Target", "ms", "threads", "USD a month"];
  return [
    best === undefined
      ? `Nothing answers within ${goalMs} ms; the fastest first:`
      : `${best.estimate.name} in ${best.estimate.region} is the cheapest that answers within ${goalMs} ms.`,
    formatTable([header, ...rows]),
    ["Left out", ...leftOut.map((each) => `  ${each}`)].join("\n"),
  ].join("\n\n");
}

function describe({ latencyMs, threads, estimate }: ServingOption): string[] {
  return [estimate.name, latencyMs, String(threads), estimate.isPossible ? estimate.total : ""];
}
