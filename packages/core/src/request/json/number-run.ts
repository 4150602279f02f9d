import { readCommonNumbers } from "./common-numbers.ts";
import type { JsonBytes } from "./json-bytes.ts";
import { block, run } from "./number-block.ts";
import { endOfNumber, NON_FINITE, standsAt } from "./number-text.ts";
import { skipWhitespace } from "./white-space.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACKET_CLOSE = 0x5d;
const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/**
 * Reads the numbers of an array into the block, from the first one on, up to the array's end or until it is full.
 *
 * @returns the position behind the last number's comma or bracket; where something else stands, the position of that,
 * as `-1 - position`.
 */
export function readNumberRun(source: JsonBytes, start: number): number {
  let position = start;
  run.ended = false;
  for (;;) {
    position = readCommonNumbers(source, position);
    if (run.ended || run.count === block.length) return position;
    position = readOtherNumber(source, skipWhitespace(source.bytes, position));
    if (position < 0 || run.ended) return position;
  }
}

/** Reads a number of any kind, or the name of one that is not finite, quoted or bare, and what stands behind it. */
function readOtherNumber(source: JsonBytes, start: number): number {
  const { bytes } = source;
  const end = endOfNumber(bytes, start);
  const behind = end > 0 ? keepNumber(Number(source.text(start, end)), end) : keepNamed(bytes, start);
  if (behind < 0) return -1 - start;
  const position = skipWhitespace(bytes, behind);
  const byte = bytes[position];
  run.ended = byte === BRACKET_CLOSE;
  return run.ended || byte === COMMA ? position + 1 : -1 - position;
}

function keepNumber(value: number, end: number): number {
  if (Math.abs(value) > LARGEST_FLOAT32) run.large = true;
  return keep(value, end);
}

function keepNamed(bytes: Uint8Array, start: number): number {
  const quoted = bytes[start] === QUOTE;
  const from = quoted ? start + 1 : start;
  const name = NON_FINITE.find((each) => standsAt(bytes, from, quoted ? `${each}"` : each));
  if (name === undefined) return -1;
  run.named = true;
  return keep(Number(name), from + name.length + (quoted ? 1 : 0));
}

function keep(value: number, end: number): number {
  block[run.count] = value;
  run.count += 1;
  return end;
}
