import { InferenceError } from "../../errors.ts";

/**
 * Reads the fields of one JSON object that came from a store, naming the place of what is wrong.
 *
 * A hand-written reader because it runs in every cold start, where a schema library costs more than the download's first
 * byte.
 */
export class RecordFields {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #place: string;

  /** @throws InferenceError `WEIGHTS_CORRUPT` when `value` is no object; so do all readers below for their fields. */
  constructor(value: unknown, place: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(place, "an object");
    this.#fields = new Map(Object.entries(value));
    this.#place = place;
  }

  static parse(bytes: Uint8Array, place: string): RecordFields {
    try {
      return new RecordFields(JSON.parse(new TextDecoder().decode(bytes)), place);
    } catch (error) {
      if (InferenceError.is(error)) throw error;
      throw wrong(place, "a JSON document");
    }
  }

  text(name: string, pattern: RegExp = /^/): string {
    const value = this.#fields.get(name);
    if (typeof value === "string" && pattern.test(value)) return value;
    throw this.#wrong(name, pattern.source === "^" ? "a text" : `a text like ${pattern.source}`);
  }

  /** A whole number of at least `least` that a double holds exactly. */
  integer(name: string, least = 0): number {
    const value = this.#fields.get(name);
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
    throw this.#wrong(name, `a whole number of at least ${least}`);
  }

  boolean(name: string): boolean {
    const value = this.#fields.get(name);
    if (typeof value === "boolean") return value;
    throw this.#wrong(name, "true or false");
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#fields.get(name);
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return choice;
    throw this.#wrong(name, `one of ${choices.join(", ")}`);
  }

  integers(name: string, least: number): number[] {
    return this.#list(name).map((value, index) =>
      new RecordFields({ value }, `${this.#place}.${name}[${index}]`).integer("value", least),
    );
  }

  objects<Each>(name: string, read: (fields: RecordFields) => Each): Each[] {
    return this.#list(name).map((value, index) => read(new RecordFields(value, `${this.#place}.${name}[${index}]`)));
  }

  object(name: string): RecordFields {
    return new RecordFields(this.#fields.get(name), `${this.#place}.${name}`);
  }

  /** Every field of this object as a whole number. */
  integersByName(): Record<string, number> {
    return Object.fromEntries([...this.#fields.keys()].map((name) => [name, this.integer(name)]));
  }

  has(name: string): boolean {
    return this.#fields.get(name) !== undefined && this.#fields.get(name) !== null;
  }

  /** What this object is refused with when its fields contradict each other. */
  contradiction(reason: string): InferenceError {
    return new InferenceError("WEIGHTS_CORRUPT", `${this.#place}: ${reason}.`);
  }

  #list(name: string): readonly unknown[] {
    const value = this.#fields.get(name);
    if (Array.isArray(value)) return value;
    throw this.#wrong(name, "a list");
  }

  #wrong(name: string, expected: string): InferenceError {
    return wrong(`${this.#place}.${name}`, expected);
  }
}

function wrong(place: string, expected: string): InferenceError {
  return new InferenceError(
    "WEIGHTS_CORRUPT",
    `${place} is not ${expected}: it was not written by a registry like this one.`,
  );
}
