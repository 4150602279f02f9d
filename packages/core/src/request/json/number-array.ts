import type { JsonBytes } from "./json-bytes.ts";
import { block, run } from "./number-block.ts";

const COMMA = 0x2c;
const SPACE = 0x20;
const ZERO = 0x30;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const LEAST_CAPACITY = 16;
/** Whole numbers of so many digits are doubles. */
const MOST_EXACT_DIGITS = 15;
/** With fewer numbers the bytes that each takes on average are not yet known. */
const ENOUGH_TO_ESTIMATE = 1024;
const ESTIMATE_MARGIN = 1.02;
/** Up to so many numbers a loop is faster than copying. */
const FEW = 32;
const NONE = new Float64Array();

/** How the numbers of a document are kept: `float32` halves the memory, and other uses read them again. */
export type NumberPrecision = "float32" | "float64";

/** All numbers of one document that stand in regular arrays, one array behind the other. */
export class NumberStore {
  readonly source: JsonBytes;
  readonly precision: NumberPrecision;
  #values: Float32Array | Float64Array = NONE;
  #count = 0;

  constructor(source: JsonBytes, precision: NumberPrecision) {
    this.source = source;
    this.precision = precision;
  }

  get count(): number {
    return this.#count;
  }

  get values(): Float32Array | Float64Array {
    return this.#values;
  }

  /** Moves the run's numbers here; `start` and `end` are the bytes that this array has taken so far. */
  takeRun(first: number, start: number, end: number): void {
    const needed = this.#count + run.count;
    if (needed > this.#values.length) this.#grow(needed, needed - first, start, end);
    if (run.count > FEW) this.#values.set(block.subarray(0, run.count), this.#count);
    else for (let index = 0; index < run.count; index += 1) this.#values[this.#count + index] = block[index] ?? 0;
    this.#count = needed;
    run.count = 0;
  }

  /** Forgets the numbers from that one on. */
  truncate(count: number): void {
    this.#count = count;
    run.count = 0;
  }

  #grow(needed: number, inArray: number, start: number, end: number): void {
    const { length } = this.source.bytes;
    const expected = inArray < ENOUGH_TO_ESTIMATE ? 0 : ((length - end) * inArray * ESTIMATE_MARGIN) / (end - start);
    const larger = Math.max(needed + expected, 2 * this.#values.length, LEAST_CAPACITY);
    // A number and its comma take two bytes at least.
    const most = needed + (length - end) / 2 + 1;
    const old = this.#values;
    this.#values = this.#allocate(Math.ceil(Math.min(larger, most)));
    if (this.#count > 0) this.#values.set(old.subarray(0, this.#count));
  }

  #allocate(capacity: number): Float32Array | Float64Array {
    return this.precision === "float32" ? new Float32Array(capacity) : new Float64Array(capacity);
  }
}

/** Where an array of numbers stands in its document and in the store. */
export interface NumberArrayPlace {
  readonly shape: readonly number[];
  readonly first: number;
  readonly count: number;
  readonly startByte: number;
  readonly endByte: number;
  readonly exact: boolean;
  readonly named: boolean;
  readonly large: boolean;
}

/**
 * A regular array of numbers, nested or flat, as it stood in a JSON document; kept out of the value tree because a
 * tensor can have millions of them. Reads from the document's bytes, which must not change while it is used.
 */
export class NumberArray {
  readonly #store: NumberStore;
  readonly #place: NumberArrayPlace;

  constructor(store: NumberStore, place: NumberArrayPlace) {
    this.#store = store;
    this.#place = place;
  }

  /** Nesting as written: `[[1,2,3],[4,5,6]]` has `[2, 3]`. */
  get shape(): readonly number[] {
    return this.#place.shape;
  }

  get length(): number {
    return this.#place.count;
  }

  /** Whether a number that is written with digits is beyond the range of a float32. */
  get hasLarge(): boolean {
    return this.#place.large;
  }

  /** Every number, row-major, as `Float32Array.from` gives it. */
  toFloat32(): Float32Array {
    const values = this.#values();
    return values instanceof Float32Array ? values : new Float32Array(values);
  }

  /** Every number, row-major, as `JSON.parse` gives it. */
  toFloat64(): Float64Array {
    const values = this.#values();
    if (values instanceof Float64Array && this.#place.exact) return values;
    const exact = new Float64Array(this.length);
    if (this.#place.named) {
      let index = 0;
      for (const text of this.texts()) {
        exact[index] = Number(text);
        index += 1;
      }
    } else {
      const { startByte, endByte } = this.#place;
      flatten(JSON.parse(this.#store.source.text(startByte, endByte)), this.shape.length, exact, 0);
    }
    return exact;
  }

  /** Every number where all are written with up to 15 digits and nothing else, as the sizes of a shape are. */
  toSizes(): readonly number[] | undefined {
    const { bytes } = this.#store.source;
    const { startByte, endByte } = this.#place;
    const sizes: number[] = [];
    let digits = 0;
    let size = 0;
    for (let position = startByte; position < endByte; position += 1) {
      const digit = (bytes[position] ?? 0) - ZERO;
      if (digit >= 0 && digit <= 9) {
        digits += 1;
        size = 10 * size + digit;
        if (digits > MOST_EXACT_DIGITS) return undefined;
      } else if (!isBetween(bytes[position])) {
        return undefined;
      } else if (digits > 0) {
        sizes.push(size);
        digits = 0;
        size = 0;
      }
    }
    return sizes;
  }

  /** Every number as it is written, without quotes. */
  *texts(): Generator<string> {
    const { source } = this.#store;
    const { bytes } = source;
    const { endByte } = this.#place;
    let position = this.#place.startByte;
    while (position < endByte) {
      while (position < endByte && isBetween(bytes[position])) position += 1;
      const start = position;
      while (position < endByte && !isBetween(bytes[position])) position += 1;
      if (position > start) yield source.text(start, position).replaceAll('"', "");
    }
  }

  #values(): Float32Array | Float64Array {
    const { first, count } = this.#place;
    return this.#store.values.subarray(first, first + count);
  }
}

function isBetween(byte: number | undefined): boolean {
  return byte === COMMA || byte === BRACKET_OPEN || byte === BRACKET_CLOSE || (byte !== undefined && byte <= SPACE);
}

function flatten(nested: unknown, depth: number, target: Float64Array, start: number): number {
  if (!Array.isArray(nested)) return start;
  if (depth === 1) {
    target.set(nested, start);
    return start + nested.length;
  }
  return nested.reduce((position: number, each) => flatten(each, depth - 1, target, position), start);
}
