import { isUtf8 } from "node:buffer";
import { inputInvalid } from "../../errors.ts";
import { JsonBytes } from "./json-bytes.ts";
import { JsonReader } from "./json-reader.ts";
import type { JsonValue } from "./json-value.ts";
import { type NumberPrecision, NumberStore } from "./number-array.ts";

/** An incomplete character at the end has at most this many bytes. */
const LONGEST_INCOMPLETE_BYTES = 3;

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

function isUtf8Beginning(bytes: Uint8Array): boolean {
  for (let cut = 0; cut <= Math.min(LONGEST_INCOMPLETE_BYTES, bytes.length); cut += 1) {
    if (isUtf8(bytes.subarray(0, bytes.length - cut))) return true;
  }
  return false;
}
