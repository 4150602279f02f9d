import { toJsonAnswer, toResource } from "./object-answers.ts";
import { toWholeNumber } from "./preconditions.ts";
import { type Answer, GcsRefusal } from "./refusal.ts";
import type { StoredObjects } from "./stored-objects.ts";

/** One page of a list, and the token of the next. Source: JSON API, "Objects: list". */
export function listObjects(
  query: ReadonlyMap<string, string>,
  { objects, mostPerPage }: { readonly objects: StoredObjects; readonly mostPerPage: number },
): Answer {
  const prefix = query.get("prefix") ?? "";
  const asked = toWholeNumber("maxResults", query.get("maxResults") ?? String(mostPerPage));
  const pageSize = Math.min(asked === 0 ? mostPerPage : asked, mostPerPage);
  const token = query.get("pageToken");
  const all = objects.list(prefix);
  const start = token === undefined ? 0 : toStart(all, readToken(token, prefix));
  const page = all.slice(start, start + pageSize);
  const last = page.at(-1);
  return toJsonAnswer({
    kind: "storage#objects",
    ...(page.length > 0 && { items: page.map((object) => toResource(objects.bucket, object)) }),
    ...(last && start + page.length < all.length && { nextPageToken: writeToken(prefix, last.name) }),
  });
}

/** The first place after a name that may be gone by now. */
function toStart(all: readonly { readonly name: string }[], after: string): number {
  const bytes = Buffer.from(after);
  const index = all.findIndex(({ name }) => Buffer.compare(Buffer.from(name), bytes) > 0);
  return index === -1 ? all.length : index;
}

function writeToken(prefix: string, after: string): string {
  return Buffer.from(`${prefix}\0${after}`).toString("base64url");
}

/** A token goes on with its own list only. @throws GcsRefusal `invalid`. */
function readToken(token: string, prefix: string): string {
  const [ofPrefix, after] = Buffer.from(token, "base64url").toString().split("\0", 2);
  if (ofPrefix !== prefix || after === undefined) throw new GcsRefusal("invalid", "Invalid value for pageToken");
  return after;
}
