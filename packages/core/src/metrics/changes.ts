import type { Labels, MetricFamily, MetricsSource } from "./metric-family.ts";

/** What one metric has gained under one set of labels. */
export interface Gain {
  readonly name: string;
  readonly kind: "counter" | "histogram";
  /** Of the amounts that were added, or of the values that were observed. */
  readonly sum: number;
  /** Values observed by a histogram; 0 for a counter. */
  readonly count: number;
}

/** What all metrics have gained under one set of labels. */
export interface ChangedSeries {
  /** Model, code and outcome, as far as they are known: platforms bill each set of labels as a metric of its own. */
  readonly labels: Labels;
  readonly gains: readonly Gain[];
}

type Total = Pick<Gain, "sum" | "count"> & { readonly labels: Labels };
type LabelledGain = Gain & { readonly labels: Labels };

/** Summed over: the totals and the platforms' own metrics have them apart. */
const LEFT_OUT: ReadonlySet<string> = new Set(["route", "status"]);

/**
 * Gives at each call what has changed since the one before; for platforms that are told of changes, not asked for totals.
 * Probes, descriptions and other requests that reach no model are left out, but for their failures.
 */
export function createChangeReader(source: MetricsSource): () => readonly ChangedSeries[] {
  const known = new Map<string, Total>();

  function gainsOf(family: MetricFamily): LabelledGain[] {
    if (family.kind === "gauge") return [];
    const { name, kind } = family;
    return totalsOf(family).map((total) => {
      const key = JSON.stringify([name, total.labels]);
      const { sum, count } = known.get(key) ?? { sum: 0, count: 0 };
      known.set(key, total);
      return { name, kind, labels: keptOf(total.labels), sum: total.sum - sum, count: total.count - count };
    });
  }

  return () => {
    const gained = source.collect().flatMap(gainsOf).filter(isWorthTelling);
    return [...Map.groupBy(gained, ({ labels }) => JSON.stringify(labels)).values()].map(toSeries);
  };
}

function toSeries(gained: readonly LabelledGain[]): ChangedSeries {
  const gains = new Map<string, Gain>();
  for (const { name, kind, sum, count } of gained) {
    const before = gains.get(name) ?? { sum: 0, count: 0 };
    gains.set(name, { name, kind, sum: sum + before.sum, count: count + before.count });
  }
  return { labels: gained[0]?.labels ?? {}, gains: [...gains.values()] };
}

function isWorthTelling({ labels, sum, count }: LabelledGain): boolean {
  return (sum !== 0 || count !== 0) && ("model" in labels || "code" in labels);
}

function totalsOf(family: MetricFamily): readonly Total[] {
  if (family.kind === "histogram") return family.samples;
  return family.samples.map(({ labels, value }) => ({ labels, sum: value, count: 0 }));
}

function keptOf(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name, value]) => !LEFT_OUT.has(name) && value !== ""));
}
