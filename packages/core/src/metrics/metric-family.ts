/** Values of a metric's labels by their names. */
export type Labels<Label extends string = string> = Readonly<Record<Label, string>>;

/** What a metric is called and what tells its series apart. */
export interface MetricDescription<Label extends string> {
  /** By Prometheus' conventions: `virga_` in front, base units, `_total` behind what only grows. */
  readonly name: string;
  readonly help: string;
  /** Only what takes few values: names from the config, codes, routes as they are written in the code. */
  readonly labels: readonly Label[];
}

/** One value of a counter or a gauge. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** What one histogram has observed under one set of labels. */
export interface HistogramSample {
  readonly labels: Labels;
  /** Upwards; each counts all observations up to its bound. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

/** A metric with all that it has measured so far. */
export type MetricFamily =
  | {
      readonly kind: "counter" | "gauge";
      readonly name: string;
      readonly help: string;
      readonly samples: readonly Sample[];
    }
  | {
      readonly kind: "histogram";
      readonly name: string;
      readonly help: string;
      readonly samples: readonly HistogramSample[];
    };

/** What can be asked for its measurements at any time. */
export interface MetricsSource {
  /** All families as they stand now; totals since the process began. */
  collect(): readonly MetricFamily[];
}
