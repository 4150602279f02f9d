import { JsonWriter } from "./json-writer.ts";
import { numberText, TensorValues, writeTensorValues } from "./tensor-text.ts";

/** What can be written; a member that is `undefined` is left out. */
export type JsonOutput =
  | null
  | boolean
  | number
  | string
  | TensorValues
  | readonly JsonOutput[]
  | { readonly [key: string]: JsonOutput | undefined };

/**
 * Writes a JSON document as UTF-8. The elements of tensors are written with all their digits: 64-bit integers exactly,
 * float32 with the fewest digits that give it back. NaN and infinities are the strings `"NaN"`, `"Infinity"` and
 * `"-Infinity"`, so that the document is valid JSON.
 */
export function writeJson(value: JsonOutput): Uint8Array<ArrayBuffer> {
  const writer = new JsonWriter();
  writeValue(writer, value);
  return writer.finish();
}

function writeValue(writer: JsonWriter, value: JsonOutput): void {
  if (value instanceof TensorValues) writeTensorValues(writer, value);
  else if (typeof value === "number") writer.text(numberText(value));
  else if (Array.isArray(value)) writeArray(writer, value);
  else if (typeof value === "object" && value !== null) writeObject(writer, Object.entries(value));
  else writer.text(JSON.stringify(value));
}

function writeArray(writer: JsonWriter, values: readonly JsonOutput[]): void {
  writer.text("[");
  for (const [index, each] of values.entries()) {
    if (index > 0) writer.text(",");
    writeValue(writer, each);
  }
  writer.text("]");
}

function writeObject(writer: JsonWriter, entries: readonly [string, JsonOutput | undefined][]): void {
  let separator = "{";
  for (const [name, value] of entries) {
    if (value === undefined) continue;
    writer.text(`${separator}${JSON.stringify(name)}:`);
    writeValue(writer, value);
    separator = ",";
  }
  writer.text(separator === "{" ? "{}" : "}");
}
