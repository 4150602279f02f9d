import { InferenceError, inputInvalid } from "../../errors.ts";
import type { ParameterValue } from "../../session/runnable.ts";
import { quoted } from "../../tensor/check-tensors.ts";
import type { Signature } from "../../tensor/tensor.ts";
import type { HeaderReader } from "../../tracing/header-reader.ts";
import { bareRecord } from "../json/bare-record.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json/json-value.ts";
import { parseJson } from "../json/parse-json.ts";

/** Types of bodies that hold JSON; the last three are what clients send that say nothing about it. */
const JSON_TYPES: readonly string[] = [
  "application/json",
  "text/json",
  "application/octet-stream",
  "application/x-www-form-urlencoded",
  "text/plain",
];
const UTF8_CHARSETS: readonly string[] = ["utf-8", "utf8", "us-ascii"];

/** A request's media type in lower case, without its parameters; `undefined` where it has none. */
export function mediaTypeOf(headers: HeaderReader): string | undefined {
  const type = headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  return type === "" ? undefined : type;
}

/** Whether a media type says that the body is JSON. */
export function isJsonType(type: string): boolean {
  return type === "application/json" || type === "text/json" || type.endsWith("+json");
}

/**
 * Lets bodies pass that are JSON, or may be.
 *
 * @throws InferenceError `MEDIA_TYPE_UNSUPPORTED` for another media type, or a character set that is not UTF-8.
 */
export function expectJsonType(headers: HeaderReader): void {
  if (headers.get("content-type") === "application/json") return;
  const type = mediaTypeOf(headers);
  if (type !== undefined && !isJsonType(type) && !JSON_TYPES.includes(type)) {
    throw mediaTypeUnsupported(`The media type ${quoted(type)} is not supported here: send application/json.`);
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers.get("content-type") ?? "")?.[1];
  if (charset !== undefined && !UTF8_CHARSETS.includes(charset.toLowerCase())) {
    throw mediaTypeUnsupported(`The character set ${quoted(charset)} is not supported: send JSON in UTF-8.`);
  }
}

export function mediaTypeUnsupported(message: string): InferenceError {
  return new InferenceError("MEDIA_TYPE_UNSUPPORTED", message);
}

/** Reads a body as JSON whose numbers are kept as what most of the signature's inputs want. */
export function parseBody(body: Uint8Array, signature: Signature): JsonValue {
  return parseJson(body, signature.inputs.every(({ type }) => type === "float32") ? "float32" : "float64");
}

/** What a message calls a value; a function where requests are many and such a text is hardly ever needed. */
type Name = string | (() => string);

function textOf(name: Name): string {
  return typeof name === "string" ? name : name();
}

/** A value as an object. @throws InferenceError `INPUT_INVALID` otherwise; `what` names it in the message. */
export function expectObject(value: JsonValue | undefined, what: Name): JsonObject {
  if (isJsonObject(value)) return value;
  throw inputInvalid(`${textOf(what)} must be an object.`);
}

/** A value as a string. @throws InferenceError `INPUT_INVALID` otherwise; `what` names it in the message. */
export function expectString(value: JsonValue | undefined, what: Name): string {
  if (typeof value === "string") return value;
  throw inputInvalid(`${textOf(what)} must be a string.`);
}

/**
 * Free-form parameters; none where the value is absent.
 *
 * @throws InferenceError `INPUT_INVALID` for anything but strings, numbers and booleans.
 */
export function readParameters(value: JsonValue | undefined, what: Name): Readonly<Record<string, ParameterValue>> {
  const parameters = bareRecord<ParameterValue>();
  if (value === undefined) return parameters;
  for (const [name, each] of Object.entries(expectObject(value, what))) {
    if (typeof each !== "string" && typeof each !== "number" && typeof each !== "boolean") {
      const hint = typeof each === "bigint" ? "; send so large a number as a string" : "";
      throw inputInvalid(`${textOf(what)}: ${quoted(name)} must be a string, a number or a boolean${hint}.`);
    }
    parameters[name] = each;
  }
  return parameters;
}

/** The names that exist, for a message about one that does not. */
export function listNames(specs: readonly { readonly name: string }[]): string {
  return specs.map(({ name }) => quoted(name)).join(", ") || "none";
}
