import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Fault } from "./fault.ts";
import { breakConnection, sendBody } from "./send-body.ts";
import type { ServedRequest } from "./served-request.ts";
import type { SharedLink } from "./shared-link.ts";

/** One answer to be given. */
export interface Order {
  readonly request: ServedRequest;
  readonly bytes: Uint8Array | undefined;
  readonly fault: Fault | undefined;
  /** How often each range has been sent on. */
  readonly redirects: Map<string, number>;
  readonly bytesPerSecond?: number;
  readonly link?: SharedLink;
}

const tags = new WeakMap<Uint8Array, string>();

function tagOf(bytes: Uint8Array): string {
  const tag = tags.get(bytes) ?? `"${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}"`;
  tags.set(bytes, tag);
  return tag;
}

/** Answers as an object store does (RFC 9110: ranges, If-Match), but for the fault. */
export function sendObject(response: ServerResponse, order: Order): void {
  const { request, bytes, fault } = order;
  if (breakOff(response, fault) || (fault?.kind === "redirect" && sendOn(response, order, fault))) return;
  const range = fault?.kind === "whole" ? undefined : toRange(request, bytes?.length ?? 0, fault);
  const tag = bytes === undefined ? "" : tagOf(bytes);
  const refused = toRefusal(order, tag, range);
  if (refused !== undefined || bytes === undefined) {
    const { status, body = "", retryAfter } = refused ?? { status: 404 };
    if (retryAfter !== undefined) response.setHeader("retry-after", retryAfter);
    response.writeHead(status, { "content-type": "text/plain" }).end(body);
    return;
  }
  const { first, last } = range ?? { first: 0, last: bytes.length - 1 };
  response.statusCode = range === undefined ? 200 : 206;
  response.setHeader("etag", tag);
  if (range !== undefined) response.setHeader("content-range", `bytes ${first}-${last}/${bytes.length}`);
  if (fault?.kind === "coding") response.setHeader("content-encoding", fault.coding);
  sendBody(response, bytes.subarray(first, last + 1), fault, order);
}

/** Ends without an HTTP answer, if the fault is of that kind. */
function breakOff(response: ServerResponse, fault: Fault | undefined): boolean {
  if (fault?.kind === "garbage") response.socket?.end("220 mail.example ESMTP\r\n\r\n");
  else if (fault?.kind === "reset" && fault.afterBytes === 0) breakConnection(response);
  else return fault?.kind === "stall" && fault.afterBytes === 0;
  return true;
}

function toRefusal(
  { request, bytes, fault }: Order,
  tag: string,
  range: ServedRequest["range"],
): Omit<Extract<Fault, { kind: "status" }>, "kind"> | undefined {
  if (fault?.kind === "status") return fault;
  if (bytes === undefined) return { status: 404, body: "no such object" };
  const condition = request.headers["if-match"];
  if (condition !== undefined && condition !== tag) return { status: 412, body: "the object has another tag" };
  return range !== undefined && range.first >= bytes.length ? { status: 416, body: "beyond the end" } : undefined;
}

function toRange({ range }: ServedRequest, sizeBytes: number, fault: Fault | undefined): ServedRequest["range"] {
  if (range === undefined) return undefined;
  const { first } = range;
  const last = Math.min(range.last, sizeBytes - 1);
  if (fault?.kind === "shortRange") return { first, last: first + Math.floor((last - first) / 2) };
  if (fault?.kind !== "wrongRange") return { first, last };
  const shift = first > 0 ? -1 : 1;
  return { first: first + shift, last: last + shift };
}

function sendOn(
  response: ServerResponse,
  { request, redirects }: Order,
  { status, times }: Extract<Fault, { kind: "redirect" }>,
): boolean {
  const key = `${request.path} ${request.headers.range}`;
  const done = redirects.get(key) ?? 0;
  if (done >= times) return false;
  redirects.set(key, done + 1);
  response.writeHead(status, { location: `${request.path}?redirect=${done + 1}` }).end();
  return true;
}
