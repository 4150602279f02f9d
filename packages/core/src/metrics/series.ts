import type { Labels } from "./metric-family.ts";

interface Entry<Label extends string, State> {
  readonly labels: Labels<Label>;
  readonly state: State;
}

/** One level for each label, by its value: looking a series up joins and hashes no texts. */
interface Level<Label extends string, State> {
  readonly next: Map<string, Level<Label, State>>;
  entry?: Entry<Label, State>;
}

/** What a metric keeps for each set of label values that it has met. */
export class Series<Label extends string, State> {
  readonly #names: readonly Label[];
  readonly #create: () => State;
  readonly #top: Level<Label, State> = { next: new Map() };
  readonly #entries: Entry<Label, State>[] = [];

  constructor(names: readonly Label[], create: () => State) {
    this.#names = names;
    this.#create = create;
  }

  of(labels: Labels<Label>): State {
    let level = this.#top;
    for (const name of this.#names) {
      const value = labels[name];
      let next = level.next.get(value);
      if (next === undefined) {
        next = { next: new Map() };
        level.next.set(value, next);
      }
      level = next;
    }
    level.entry ??= this.#enter(labels);
    return level.entry.state;
  }

  map<Result>(each: (labels: Labels<Label>, state: State) => Result): Result[] {
    return this.#entries.map(({ labels, state }) => each(labels, state));
  }

  #enter(labels: Labels<Label>): Entry<Label, State> {
    const entry = { labels: { ...labels }, state: this.#create() };
    this.#entries.push(entry);
    return entry;
  }
}
