import type { MetricFamily, Sample } from "./metric-family.ts";

/** Something that is looked up when it is asked for: how much there is of it now. */
export class Gauge {
  readonly #name: string;
  readonly #help: string;
  readonly #read: () => number | readonly Sample[];

  /** @param read the one value, or one for each set of labels. */
  constructor(name: string, help: string, read: () => number | readonly Sample[]) {
    this.#name = name;
    this.#help = help;
    this.#read = read;
  }

  collect(): MetricFamily {
    const found = this.#read();
    const samples = typeof found === "number" ? [{ labels: {}, value: found }] : found;
    return { kind: "gauge", name: this.#name, help: this.#help, samples };
  }
}
