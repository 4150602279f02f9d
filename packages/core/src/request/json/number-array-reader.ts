import { NumberArray, type NumberStore } from "./number-array.ts";
import { resetRun, run } from "./number-block.ts";
import { readNumberRun } from "./number-run.ts";
import { isDigit } from "./number-text.ts";
import { skipWhitespace } from "./white-space.ts";

const MINUS = 0x2d;
const COMMA = 0x2c;
const UPPER_I = 0x49;
const UPPER_N = 0x4e;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;

/** An array of numbers and where it ends, or nothing and how far the bytes were read to find that out. */
export interface Attempt {
  readonly array?: NumberArray;
  readonly end: number;
}

/**
 * Reads an array as one of numbers: every element at every level has the same length, and every leaf is a number. What
 * is anything else, valid or not, is left to the reader of plain values.
 */
export function readNumberArray(store: NumberStore, start: number, mostLevels: number): Attempt {
  const { bytes } = store.source;
  let position = start;
  let rank = 0;
  while (bytes[position] === BRACKET_OPEN && rank < mostLevels) {
    rank += 1;
    position = skipWhitespace(bytes, position + 1);
  }
  if (!startsNumber(bytes[position])) return { end: position };
  const first = store.count;
  const nesting = new Nesting(bytes, rank);
  resetRun();
  while (!nesting.complete) {
    const rowStart = store.count + run.count;
    position = readRow(store, first, start, position);
    if (position >= 0) position = nesting.closeRow(store.count + run.count - rowStart, position);
    if (position < 0) {
      store.truncate(first);
      return { end: -1 - position };
    }
  }
  store.takeRun(first, start, position);
  const { exact, named, large } = run;
  const { shape } = nesting;
  const place = { shape, first, count: store.count - first, startByte: start, endByte: position, exact, named, large };
  return { array: new NumberArray(store, place), end: position };
}

/** Reads numbers up to the next closing bracket; gives the position behind it, or `-1 - position` of what is wrong. */
function readRow(store: NumberStore, first: number, start: number, from: number): number {
  let position = from;
  for (;;) {
    position = readNumberRun(store.source, position);
    if (position < 0 || run.ended) return position;
    store.takeRun(first, start, position);
  }
}

function startsNumber(byte: number | undefined): boolean {
  return isDigit(byte) || byte === MINUS || byte === UPPER_N || byte === UPPER_I;
}

/** Follows the brackets around rows of numbers and checks that the nesting is regular. */
class Nesting {
  readonly shape: number[];
  complete = false;
  readonly #bytes: Uint8Array;
  readonly #counts: number[];

  constructor(bytes: Uint8Array, rank: number) {
    this.#bytes = bytes;
    this.shape = new Array(rank).fill(-1);
    this.#counts = new Array(rank).fill(0);
  }

  /** Takes note of a row that ended; gives the position of the next row's first number, or `-1 - position`. */
  closeRow(count: number, behind: number): number {
    let level = this.shape.length - 1;
    let position = behind;
    if (!this.#fits(level, count)) return -1 - position;
    while (level > 0) {
      level -= 1;
      const closed = (this.#counts[level] ?? 0) + 1;
      this.#counts[level] = closed;
      position = skipWhitespace(this.#bytes, position);
      const byte = this.#bytes[position];
      if (byte === COMMA) return this.#openRow(level + 1, position + 1);
      if (byte !== BRACKET_CLOSE || !this.#fits(level, closed)) return -1 - position;
      this.#counts[level] = 0;
      position += 1;
    }
    this.complete = true;
    return position;
  }

  #openRow(from: number, start: number): number {
    let position = skipWhitespace(this.#bytes, start);
    for (let level = from; level < this.shape.length; level += 1) {
      if (this.#bytes[position] !== BRACKET_OPEN) return -1 - position;
      position = skipWhitespace(this.#bytes, position + 1);
    }
    return position;
  }

  #fits(level: number, count: number): boolean {
    if (this.shape[level] === -1) this.shape[level] = count;
    return this.shape[level] === count;
  }
}
