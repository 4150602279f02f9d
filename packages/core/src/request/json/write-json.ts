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
  if (typeof value === "string") writer.text(quote(value));
  else if (typeof value === "number") writer.text(numberText(value));
  else if (typeof value !== "object" || value === null) writer.text(String(value));
  else if (value instanceof TensorValues) writeTensorValues(writer, value);
  else if (isArray(value)) writeArray(writer, value);
  else writeObject(writer, value);
}

function isArray(value: object): value is readonly JsonOutput[] {
  return Array.isArray(value);
}

function writeArray(writer: JsonWriter, values: readonly JsonOutput[]): void {
  let separator = "[";
  for (const each of values) {
    writer.text(separator);
    writeValue(writer, each);
    separator = ",";
  }
  writer.text(separator === "[" ? "[]" : "]");
}

function writeObject(writer: JsonWriter, object: { readonly [key: string]: JsonOutput | undefined }): void {
  let separator = "{";
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined) continue;
    writer.text(`${separator}${quote(name)}:`);
    writeValue(writer, value);
    separator = ",";
  }
  writer.text(separator === "{" ? "{}" : "}");
}

/** What needs no escapes; names and short texts, nearly all of them. */
const PLAIN = /^[\w .:/-]*$/;

function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
