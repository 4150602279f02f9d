import type { InferenceError } from "../../errors.ts";
import { inputInvalid } from "../../errors.ts";
import { bareRecord } from "./bare-record.ts";
import type { JsonBytes } from "./json-bytes.ts";
import { endOfEscapedString, readStringText } from "./json-string.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import type { NumberStore } from "./number-array.ts";
import { readNumberArray } from "./number-array-reader.ts";
import { BEYOND_DOUBLE, endOfNumber, isDigit, NON_FINITE, standsAt, toExactInteger } from "./number-text.ts";
import { skipWhitespace } from "./white-space.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const BRACKET_OPEN = 0x5b;
const BACKSLASH = 0x5c;
const BRACKET_CLOSE = 0x5d;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

const MOST_LEVELS = 64;
/** No element type holds a larger integer. */
const LARGEST_INTEGER = 2 ** 64;
/** Objects and arrays take many times the bytes that they have in the document. */
const MOST_CONTAINERS = 2 ** 20;

/** Names that nearly every request has: a text that the engine knows is found in an object without being looked up itself. */
const COMMON_NAMES: ReadonlyMap<string, string> = new Map(
  ["inputs", "outputs", "name", "shape", "datatype", "data", "parameters", "id", "instances"].map((name) => [
    name,
    name,
  ]),
);

/** Reads one JSON document in one pass, going back at most once over any byte. */
export class JsonReader {
  readonly #source: JsonBytes;
  readonly #bytes: Uint8Array;
  readonly #store: NumberStore;
  #position = 0;
  #levels = 0;
  #containers = 0;
  /** Arrays that begin before this byte were seen not to be regular arrays of numbers. */
  #plainUntil = 0;
  /** Position of the next backslash, where known. */
  #backslash = -1;
  #attemptedBytes = 0;

  constructor(store: NumberStore) {
    this.#store = store;
    this.#source = store.source;
    this.#bytes = store.source.bytes;
  }

  /** How many bytes were read as arrays of numbers, whether they were or not: the work that a hostile body can add. */
  get attemptedBytes(): number {
    return this.#attemptedBytes;
  }

  /** @throws InferenceError `INPUT_INVALID` with the byte and what was expected there. */
  read(): JsonValue {
    if (BYTE_ORDER_MARK.every((byte, index) => this.#bytes[index] === byte)) this.#position = BYTE_ORDER_MARK.length;
    const value = this.#readValue();
    this.#skipWhitespace();
    if (this.#position < this.#bytes.length) throw this.#fault("the end of the document");
    return value;
  }

  #readValue(): JsonValue {
    this.#skipWhitespace();
    const byte = this.#bytes[this.#position];
    if (byte === BRACE_OPEN) return this.#readObject();
    if (byte === BRACKET_OPEN) return this.#readArray();
    if (byte === QUOTE) return this.#readString();
    return this.#readWord();
  }

  #readObject(): JsonObject {
    const record = bareRecord<JsonValue>();
    this.#enter();
    if (!this.#skip(BRACE_CLOSE)) {
      do this.#readMember(record);
      while (this.#skip(COMMA));
      if (!this.#skip(BRACE_CLOSE)) throw this.#fault('"," or "}"');
    }
    this.#levels -= 1;
    return record;
  }

  #readMember(record: Record<string, JsonValue>): void {
    this.#skipWhitespace();
    const start = this.#position;
    if (this.#bytes[start] !== QUOTE) throw this.#fault("a name in quotes");
    const text = this.#readString();
    const name = COMMON_NAMES.get(text) ?? text;
    if (name in record) throw this.#fault("a name that the object does not have yet", start);
    if (!this.#skip(COLON)) throw this.#fault('":"');
    record[name] = this.#readValue();
  }

  #readArray(): JsonValue {
    if (this.#position >= this.#plainUntil) {
      const start = this.#position;
      const { array, end } = readNumberArray(this.#store, start, MOST_LEVELS - this.#levels);
      this.#attemptedBytes += end - start;
      if (array !== undefined) {
        this.#countContainer();
        this.#position = end;
        return array;
      }
      this.#plainUntil = end;
    }
    return this.#readPlainArray();
  }

  #readPlainArray(): readonly JsonValue[] {
    const values: JsonValue[] = [];
    this.#enter();
    if (!this.#skip(BRACKET_CLOSE)) {
      do values.push(this.#readValue());
      while (this.#skip(COMMA));
      if (!this.#skip(BRACKET_CLOSE)) throw this.#fault('"," or "]"');
    }
    this.#levels -= 1;
    // An array that grew has room to spare, sometimes many times its length.
    return values.length < 16 ? values.slice() : values;
  }

  #enter(): void {
    if (this.#levels === MOST_LEVELS) throw this.#fault(`at most ${MOST_LEVELS} levels of objects and arrays`);
    this.#countContainer();
    this.#levels += 1;
    this.#position += 1;
  }

  #countContainer(): void {
    this.#containers += 1;
    if (this.#containers > MOST_CONTAINERS) {
      throw this.#fault(`at most ${MOST_CONTAINERS} objects and arrays besides regular arrays of numbers`);
    }
  }

  #readString(): string {
    const start = this.#position + 1;
    let end = this.#source.find(QUOTE, start);
    if (this.#backslash < start) this.#backslash = this.#source.find(BACKSLASH, start);
    const escaped = end > this.#backslash;
    if (escaped) end = endOfEscapedString(this.#bytes, this.#backslash);
    if (end === this.#bytes.length) throw this.#fault("the end of the string", end);
    const text = readStringText(this.#source, start, end, escaped);
    if (typeof text === "object") throw this.#fault(text.expected, text.position);
    this.#position = end + 1;
    return text;
  }

  #readWord(): JsonValue {
    const start = this.#position;
    const end = endOfNumber(this.#bytes, start);
    if (end > 0) {
      this.#position = end;
      return toNumber(this.#source.text(start, end));
    }
    for (const [word, value] of WORDS) {
      if (standsAt(this.#bytes, start, word)) {
        this.#position += word.length;
        return value;
      }
    }
    const byte = this.#bytes[start];
    throw this.#fault(isDigit(byte) || byte === MINUS ? "a number as JSON writes it" : "a value");
  }

  #skipWhitespace(): void {
    this.#position = skipWhitespace(this.#bytes, this.#position);
  }

  #skip(byte: number): boolean {
    this.#skipWhitespace();
    if (this.#bytes[this.#position] !== byte) return false;
    this.#position += 1;
    return true;
  }

  #fault(expected: string, position = this.#position): InferenceError {
    const byte = this.#bytes[position];
    const found = byte === undefined ? "the end of the document" : describeByte(byte);
    return inputInvalid(`The body is not valid JSON at byte ${position}: expected ${expected}, found ${found}.`);
  }
}

const WORDS: readonly (readonly [string, JsonValue])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ...NON_FINITE.map((name) => [name, Number(name)] as const),
];

function toNumber(text: string): number | bigint {
  const value = Number(text);
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return value > 0 ? BEYOND_DOUBLE : -BEYOND_DOUBLE;
  const isLarge = size > Number.MAX_SAFE_INTEGER && size <= LARGEST_INTEGER;
  return isLarge ? (toExactInteger(text) ?? value) : value;
}

function describeByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? JSON.stringify(String.fromCharCode(byte)) : `the byte 0x${byte.toString(16)}`;
}
