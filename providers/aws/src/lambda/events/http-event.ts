import { InferenceError } from "@virga/core";
import { type EventRecord, textAt } from "./event-record.ts";

/** An HTTP request as an event describes it. */
export interface HttpEvent {
  readonly method: string;
  /** Percent-encoded or not: fronts differ, and so do their emulators. */
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/** Requests are told apart by their paths; no answer names a host. */
const ORIGIN = "http://localhost";

/**
 * The web `Request` of an event.
 *
 * @throws InferenceError `INPUT_INVALID` or `METHOD_NOT_ALLOWED` for what cannot stand in a `Request`.
 */
export function toRequest(event: HttpEvent): Request {
  const { method, query } = event;
  const headers = toHeaders(event.headers);
  // The body is whole, whatever its length was on the way.
  headers.delete("content-length");
  if (event.body !== undefined && isInflated(event.body, headers)) headers.delete("content-encoding");
  const hasBody = method !== "GET" && method !== "HEAD" && event.body !== undefined;
  try {
    const url = new URL(`${ORIGIN}${escapePath(event.path)}`);
    url.search = query;
    return new Request(url, { method, headers, ...(hasBody && { body: event.body }) });
  } catch (error) {
    throw new InferenceError("METHOD_NOT_ALLOWED", `No path here takes ${JSON.stringify(method)}.`, { cause: error });
  }
}

/**
 * The bytes of an event's body.
 *
 * @throws InferenceError `INPUT_INVALID` when the front took binary for text and has thereby changed it.
 */
export function readBody(event: EventRecord, headers: HttpEvent["headers"]): HttpEvent["body"] {
  const text = textAt(event, "body");
  if (text === undefined) return undefined;
  if (event["isBase64Encoded"] === true) return Buffer.from(text, "base64");
  const body = Buffer.from(text, "utf8");
  const announced = headers.find(([name]) => name.toLowerCase() === "content-length")?.[1];
  if (announced === undefined || Number(announced) === body.byteLength || !text.includes(REPLACEMENT)) return body;
  throw new InferenceError(
    "INPUT_INVALID",
    "The request's body is binary, but its content type says that it is text, so that what stands in front of the " +
      "function has changed it: send it as application/octet-stream.",
  );
}

/** REST APIs inflate bodies and leave the header that says otherwise: such a body does not begin as its format does. */
function isInflated([first = 0, second = 0]: Uint8Array, headers: Headers): boolean {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase();
  if (encoding === "gzip" || encoding === "x-gzip") return first !== 0x1f || second !== 0x8b;
  return encoding === "deflate" && ((first & 0x0f) !== 8 || ((first << 8) | second) % 31 !== 0);
}

/** What decoders of UTF-8 put in the place of bytes that are none. */
const REPLACEMENT = "\u{FFFD}";

function toHeaders(pairs: HttpEvent["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs) {
    try {
      headers.append(name, toFieldValue(value));
    } catch {
      throw new InferenceError("INPUT_INVALID", `The header ${JSON.stringify(name)} cannot be carried by HTTP.`);
    }
  }
  return headers;
}

/** Fronts decode what a client wrote in UTF-8; HTTP carries bytes. */
function toFieldValue(value: string): string {
  return /[^\0-\xff]/.test(value) ? Buffer.from(value, "utf8").toString("latin1") : value;
}

/** What can stand in no path is escaped; what has been escaped stays. */
function escapePath(path: string): string {
  const escaped = path
    .toWellFormed()
    .replaceAll(/%(?![0-9A-Fa-f]{2})/g, "%25")
    .replaceAll(/[^\x21-\x7e]|[?#\\"<>^`{|}]/gu, (character) => encodeURIComponent(character));
  return escaped.startsWith("/") ? escaped : `/${escaped}`;
}
