import type { HistogramSample, Labels, MetricDescription, MetricFamily } from "./metric-family.ts";
import { Series } from "./series.ts";

/** What a histogram is called, and into which buckets it sorts. */
export interface HistogramDescription<Label extends string> extends MetricDescription<Label> {
  /** Upper bounds of the buckets, upwards; what is above the last counts in the sum and the count alone. */
  readonly bounds: readonly number[];
}

interface Observed {
  /** Of each bucket by itself. */
  readonly counts: number[];
  count: number;
  sum: number;
}

/** How values are distributed over buckets. */
export class Histogram<Label extends string> {
  readonly #description: HistogramDescription<Label>;
  readonly #series: Series<Label, Observed>;

  constructor(description: HistogramDescription<Label>) {
    this.#description = description;
    const { labels, bounds } = description;
    this.#series = new Series(labels, () => ({ counts: bounds.map(() => 0), count: 0, sum: 0 }));
  }

  observe(labels: Labels<Label>, value: number): void {
    const observed = this.#series.of(labels);
    const { bounds } = this.#description;
    let bucket = 0;
    while (bucket < bounds.length && !(value <= (bounds[bucket] ?? 0))) bucket += 1;
    if (bucket < bounds.length) observed.counts[bucket] = (observed.counts[bucket] ?? 0) + 1;
    observed.count += 1;
    observed.sum += value;
  }

  /** Observes how long something took, in seconds. @param startMs as `performance.now()` gave it when it began. */
  observeSince(labels: Labels<Label>, startMs: number): void {
    this.observe(labels, (performance.now() - startMs) / 1_000);
  }

  collect(): MetricFamily {
    const { name, help, bounds } = this.#description;
    const samples = this.#series.map((labels, observed) => toSample(labels, observed, bounds));
    return { kind: "histogram", name, help, samples };
  }
}

function toSample(labels: Labels, { counts, count, sum }: Observed, bounds: readonly number[]): HistogramSample {
  let below = 0;
  const buckets = bounds.map((upTo, index) => {
    below += counts[index] ?? 0;
    return { upTo, count: below };
  });
  return { labels, buckets, count, sum };
}
