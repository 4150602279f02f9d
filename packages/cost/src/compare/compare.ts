import { decimal, show } from "../decimal/decimal.ts";
import {
  type Estimate,
  type EstimateOptions,
  estimate,
  type ImpossibleEstimate,
  type PossibleEstimate,
} from "../estimate.ts";
import type { PriceBook } from "../price-book/price-book.ts";
import type { Target } from "../targets/target.ts";
import type { Workload } from "../workload/workload.ts";

/** A workload on a target; those of one comparison may differ, which it then says. */
export interface Candidate {
  readonly workload: Workload;
  readonly target: Target;
}

/** Estimates side by side. */
export interface Comparison {
  /** Cheapest first. */
  readonly possible: readonly PossibleEstimate[];
  readonly impossible: readonly ImpossibleEstimate[];
  /** Why the figures may not be compared, and what is doubtful about all of them. */
  readonly warnings: readonly string[];
}

/** What candidates cost, cheapest first. @throws CostError `INPUT_INVALID` naming the field. */
export function compare(candidates: readonly Candidate[], book: PriceBook, options: EstimateOptions = {}): Comparison {
  const estimates = candidates.map(({ workload, target }) => estimate(workload, target, book, options));
  const possible = estimates
    .filter((each): each is PossibleEstimate => each.isPossible)
    .sort((one, other) => decimal(one.exactTotal).cmp(decimal(other.exactTotal)));
  return {
    possible,
    impossible: estimates.filter((each): each is ImpossibleEstimate => !each.isPossible),
    warnings: [...differingWorkloads(candidates), ...differingPlaces(possible), ...differingMemory(possible)],
  };
}

const COMPARED: readonly { readonly field: keyof Workload; readonly what: string }[] = [
  { field: "requests", what: "numbers of requests" },
  { field: "durationMs", what: "times of a request" },
  { field: "requestBytes", what: "sizes of requests" },
  { field: "responseBytes", what: "sizes of answers" },
  { field: "modelBytes", what: "sizes of the model" },
  { field: "callers", what: "places of callers" },
];

function differingWorkloads(candidates: readonly Candidate[]): string[] {
  return COMPARED.flatMap(({ field, what }) => {
    const values = distinct(candidates.map(({ workload }) => toText(workload[field])));
    return values.length < 2 ? [] : [`the ${what} differ: ${values.join(", ")}`];
  });
}

function toText(value: Workload[keyof Workload]): string {
  if (value === undefined) return "none";
  return typeof value === "number" || /^[\d.e]+$/i.test(String(value)) ? show(decimal(String(value))) : String(value);
}

/** Regions of two clouds have different names, and are near each other when they lie in one part of the world. */
function differingPlaces(estimates: readonly Estimate[]): string[] {
  const parts = distinct(estimates.map(({ region }) => partOfWorld(region)));
  if (parts.length < 2) return [];
  return [`the regions differ: ${distinct(estimates.map(({ region }) => region)).join(", ")}`];
}

function partOfWorld(region: string): string {
  const start = region.split("-")[0] ?? region;
  const names: Readonly<Record<string, string>> = { eu: "europe", ap: "asia", ca: "us", northamerica: "us" };
  return names[start] ?? start;
}

function differingMemory(estimates: readonly Estimate[]): string[] {
  const sizes = distinct(estimates.map(({ memoryMb }) => memoryMb)).sort((one, other) => Number(one) - Number(other));
  if (sizes.length < 2) return [];
  return [`the memory of an instance differs: ${sizes.join(", ")} MB`];
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
