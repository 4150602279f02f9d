import type { JsonBytes } from "./json-bytes.ts";
import { standsAt } from "./number-text.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPE_LETTERS = '"\\/bfnrt';
const UNICODE_ESCAPE_BYTES = 6;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_CHARACTER = /[\0-\x1f]/;

/** What should have stood at which byte. */
export interface Fault {
  readonly position: number;
  readonly expected: string;
}

/** Position of the quote that ends a string, from its first escape on; the document's end where there is none. */
export function endOfEscapedString(bytes: Uint8Array, firstEscape: number): number {
  let position = firstEscape;
  while (position < bytes.length && bytes[position] !== QUOTE) position += bytes[position] === BACKSLASH ? 2 : 1;
  return Math.min(position, bytes.length);
}

/** The text between the quotes at `start - 1` and `end`, or what is wrong with it. Source: RFC 8259, section 7. */
export function readStringText(source: JsonBytes, start: number, end: number, escaped: boolean): string | Fault {
  if (escaped) return readEscapedText(source, start, end);
  const text = source.text(start, end);
  return CONTROL_CHARACTER.test(text) ? findFault(source.bytes, start, end) : text;
}

function readEscapedText(source: JsonBytes, start: number, end: number): string | Fault {
  try {
    const text: unknown = JSON.parse(source.text(start - 1, end + 1));
    if (typeof text === "string" && text.isWellFormed()) return text;
  } catch {
    // Found again below, with its position.
  }
  return findFault(source.bytes, start, end);
}

function findFault(bytes: Uint8Array, start: number, end: number): Fault {
  let position = start;
  while (position < end) {
    const byte = bytes[position] ?? 0;
    if (byte < SPACE) return { position, expected: "a control character to be escaped" };
    const sizeBytes = byte === BACKSLASH ? escapeBytes(bytes, position) : 1;
    if (typeof sizeBytes === "object") return sizeBytes;
    position += sizeBytes;
  }
  return { position, expected: "a valid string" };
}

function escapeBytes(bytes: Uint8Array, position: number): number | Fault {
  const letter = String.fromCharCode(bytes[position + 1] ?? 0);
  if (ESCAPE_LETTERS.includes(letter)) return 2;
  const unit = letter === "u" ? codeUnit(bytes, position) : undefined;
  if (unit === undefined) return { position, expected: 'an escape: one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX' };
  if (isBetween(unit, 0xdc00, 0xdfff)) return { position, expected: "the first half of a surrogate pair before this" };
  if (!isBetween(unit, 0xd800, 0xdbff)) return UNICODE_ESCAPE_BYTES;
  const next = position + UNICODE_ESCAPE_BYTES;
  const second = standsAt(bytes, next, "\\u") ? codeUnit(bytes, next) : undefined;
  if (second !== undefined && isBetween(second, 0xdc00, 0xdfff)) return 2 * UNICODE_ESCAPE_BYTES;
  return { position: next, expected: "the second half of a surrogate pair" };
}

/** The code unit that `\uXXXX` at that position stands for. */
function codeUnit(bytes: Uint8Array, position: number): number | undefined {
  const digits = String.fromCharCode(...bytes.subarray(position + 2, position + UNICODE_ESCAPE_BYTES));
  return /^[\da-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

function isBetween(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
