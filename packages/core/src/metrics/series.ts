import type { Labels } from "./metric-family.ts";

interface Entry<Label extends string, State> {
  readonly labels: Labels<Label>;
  readonly state: State;
}

/** What a metric keeps for each set of label values that it has met. */
export class Series<Label extends string, State> {
  readonly #names: readonly Label[];
  readonly #create: () => State;
  readonly #entries = new Map<string, Entry<Label, State>>();

  constructor(names: readonly Label[], create: () => State) {
    this.#names = names;
    this.#create = create;
  }

  of(labels: Labels<Label>): State {
    let key = "";
    // With its length in front no value runs into the next.
    for (const name of this.#names) key += `${labels[name].length}:${labels[name]}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { labels: { ...labels }, state: this.#create() };
      this.#entries.set(key, entry);
    }
    return entry.state;
  }

  map<Result>(each: (labels: Labels<Label>, state: State) => Result): Result[] {
    return Array.from(this.#entries.values(), ({ labels, state }) => each(labels, state));
  }
}
