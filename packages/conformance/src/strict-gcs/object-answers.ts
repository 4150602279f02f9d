import type { Call } from "./call.ts";
import { type Answer, GcsRefusal } from "./refusal.ts";
import type { StoredObject } from "./stored-objects.ts";

/** The object's metadata. Source: JSON API, "Objects" resource. */
export function toResource(bucket: string, object: StoredObject): Record<string, string> {
  const { name, generation, metageneration, contentType, bytes, md5Hash, crc32c, createdAt } = object;
  return {
    kind: "storage#object",
    id: `${bucket}/${name}/${generation}`,
    name,
    bucket,
    generation: String(generation),
    metageneration: String(metageneration),
    contentType,
    storageClass: "STANDARD",
    size: String(bytes.length),
    md5Hash,
    crc32c,
    etag: toEtag(object),
    timeCreated: createdAt,
    updated: createdAt,
  };
}

export function toJsonAnswer(value: unknown): Answer {
  return {
    status: 200,
    headers: { "content-type": "application/json; charset=UTF-8" },
    body: JSON.stringify(value),
  };
}

/** The object's bytes or a range of them. @throws GcsRefusal `rangeNotSatisfiable`. */
export function toMediaAnswer(object: StoredObject, call: Call): Answer {
  const { bytes, generation, metageneration, contentType, crc32c, md5Hash, createdAt } = object;
  const range = toRange(call.header("range"), bytes.length);
  const headers = {
    "content-type": contentType,
    "accept-ranges": "bytes",
    etag: toEtag(object),
    "last-modified": new Date(createdAt).toUTCString(),
    "x-goog-generation": String(generation),
    "x-goog-metageneration": String(metageneration),
    "x-goog-hash": `crc32c=${crc32c},md5=${md5Hash}`,
    "x-goog-stored-content-encoding": "identity",
    "x-goog-stored-content-length": String(bytes.length),
  };
  if (range === undefined) return { status: 200, headers, body: bytes };
  const { first, last } = range;
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${first}-${last}/${bytes.length}` },
    body: bytes.subarray(first, last + 1),
  };
}

function toEtag({ generation, metageneration }: StoredObject): string {
  return `"${Buffer.from(`${generation}/${metageneration}`).toString("base64")}"`;
}

/** Both ends included; nothing for the whole object. Source: RFC 9110, section 14. */
function toRange(header: string | undefined, sizeBytes: number): { first: number; last: number } | undefined {
  if (header === undefined) return undefined;
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (from === "" && to === "") throw new GcsRefusal("notImplemented", `This range is not understood: ${header}`);
  const first = from === "" ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === "" || to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (first > last) {
    const headers = { "content-range": `bytes */${sizeBytes}` };
    throw new GcsRefusal("rangeNotSatisfiable", "The requested range cannot be satisfied.", headers);
  }
  return { first, last };
}
