import type { Call } from "./call.ts";
import { GcsRefusal } from "./refusal.ts";
import type { NewObject } from "./stored-objects.ts";

type ObjectDescription = Omit<NewObject, "bytes">;

const DESCRIPTION_FIELDS = ["name", "bucket", "contentType", "md5Hash", "crc32c"];

/** What an upload's JSON says of the object. @throws GcsRefusal `notImplemented` for a field that would be ignored. */
export function readDescription(json: string, nameInQuery: string | undefined, mediaType: string): ObjectDescription {
  const fields = parseFields(json);
  const unknown = Object.keys(fields).find((field) => !DESCRIPTION_FIELDS.includes(field));
  if (unknown !== undefined) throw new GcsRefusal("notImplemented", `This field of an object is not known: ${unknown}`);
  const { name = nameInQuery, contentType = mediaType, md5Hash, crc32c } = fields;
  if (name === undefined || name === "") throw new GcsRefusal("invalid", "Required parameter: name");
  return { name, contentType, md5Hash, crc32c };
}

function parseFields(json: string): Partial<Record<string, string>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json === "" ? "{}" : json);
  } catch {
    throw new GcsRefusal("invalid", "Parse Error");
  }
  if (typeof parsed !== "object" || parsed === null) throw new GcsRefusal("invalid", "Parse Error");
  return Object.fromEntries(
    Object.entries(parsed).map(([field, value]) => {
      if (typeof value !== "string") throw new GcsRefusal("invalid", `Invalid value for ${field}`);
      return [field, value];
    }),
  );
}

/** Both parts of a `multipart/related` body. Source: RFC 2387, and "Multipart uploads" of Cloud Storage. */
export function readMultipart(call: Call, body: Buffer, nameInQuery: string | undefined): NewObject {
  const boundary = /boundary=("?)([^";]+)\1/.exec(call.header("content-type") ?? "")?.[2];
  if (boundary === undefined) throw new GcsRefusal("invalid", "Multipart body has no boundary.");
  const [description, media] = splitParts(body, boundary);
  return {
    ...readDescription(description.content.toString(), nameInQuery, media.contentType),
    bytes: media.content,
  };
}

interface Part {
  readonly contentType: string;
  readonly content: Buffer;
}

function splitParts(body: Buffer, boundary: string): [Part, Part] {
  const first = body.indexOf(`--${boundary}\r\n`);
  const second = body.indexOf(`\r\n--${boundary}\r\n`, first + 1);
  const end = body.lastIndexOf(`\r\n--${boundary}--`);
  if (first === -1 || second === -1 || end < second) throw new GcsRefusal("invalid", "Malformed multipart body.");
  const between = `--${boundary}\r\n`.length;
  return [toPart(body.subarray(first + between, second)), toPart(body.subarray(second + 2 + between, end))];
}

function toPart(part: Buffer): Part {
  const headEnd = part.indexOf("\r\n\r\n");
  if (headEnd === -1) throw new GcsRefusal("invalid", "Malformed multipart body.");
  const contentType = /^content-type: *(.+?)\r?$/im.exec(part.subarray(0, headEnd).toString())?.[1];
  return { contentType: contentType ?? "application/octet-stream", content: part.subarray(headEnd + 4) };
}
