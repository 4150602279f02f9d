import type { Labels, MetricDescription, MetricFamily } from "./metric-family.ts";
import { Series } from "./series.ts";

/** A number that only grows while the process lives. */
export class Counter<Label extends string> {
  readonly #description: MetricDescription<Label>;
  readonly #series: Series<Label, { value: number }>;

  constructor(description: MetricDescription<Label>) {
    this.#description = description;
    this.#series = new Series(description.labels, () => ({ value: 0 }));
  }

  /** An amount of 0 makes the series known before anything has happened, so that its first growth is seen. */
  add(labels: Labels<Label>, amount = 1): void {
    this.#series.of(labels).value += amount;
  }

  collect(): MetricFamily {
    const { name, help } = this.#description;
    return { kind: "counter", name, help, samples: this.#series.map((labels, { value }) => ({ labels, value })) };
  }
}
