import { isUtf8 } from "node:buffer";
import { inputInvalid } from "../../errors.ts";
import { JsonBytes } from "./json-bytes.ts";
import { JsonReader } from "./json-reader.ts";
import type { JsonValue } from "./json-value.ts";
import { type NumberPrecision, NumberStore } from "./number-array.ts";

/**
 * Reads a JSON document from UTF-8; the bytes must not change while the value is used.
 *
 * More than RFC 8259 it takes the bare words `NaN`, `Infinity` and `-Infinity`, which Python's writer gives, and a byte
 * order mark. It refuses names that an object already has, unpaired surrogates, and more than 64 levels.
 *
 * @param precision how the numbers of regular arrays are kept; `float32` where that is what most of them are wanted as.
 * @throws InferenceError `INPUT_INVALID` with the byte and what was expected there.
 */
export function parseJson(bytes: Uint8Array, precision: NumberPrecision = "float64"): JsonValue {
  const source = new JsonBytes(bytes);
  if (!source.isAscii && !isUtf8(bytes)) {
    throw inputInvalid(`The body is not valid UTF-8 at byte ${firstInvalidByte(bytes)}.`);
  }
  return new JsonReader(new NumberStore(source, precision)).read();
}

/** Halves the range until it knows the longest valid beginning. */
function firstInvalidByte(bytes: Uint8Array): number {
  let valid = 0;
  let invalid = bytes.length;
  while (valid < invalid) {
    const middle = Math.ceil((valid + invalid) / 2);
    if (isUtf8Beginning(bytes.subarray(0, middle))) valid = middle;
    else invalid = middle - 1;
  }
  return valid;
}

/** Whether the bytes are valid but for a character that may be incomplete at their end. */
function isUtf8Beginning(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
