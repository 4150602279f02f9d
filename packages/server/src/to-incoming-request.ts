import type { IncomingMessage } from "node:http";
import type { HeaderReader, IncomingRequest } from "@virga/core";
import { bodyOf } from "./incoming-body.ts";

const ORIGIN_FORM = /^\//;
const ABSOLUTE_FORM = /^https?:\/\//i;

/**
 * A message as the app reads it; its body is read from the socket only when the app reads it.
 *
 * @param readBody the body where the platform has read it already, and inflated it.
 * @throws TypeError when the target or the host cannot stand in a URL.
 */
export function toIncomingRequest(incoming: IncomingMessage, readBody?: Uint8Array<ArrayBuffer>): IncomingRequest {
  const method = incoming.method ?? "GET";
  const url = toHref(incoming);
  if (method === "GET" || method === "HEAD") return { method, url, headers: readHeaders(incoming), body: null };
  if (readBody === undefined) return { method, url, headers: readHeaders(incoming), body: bodyOf(incoming) };
  return { method, url, headers: readHeaders(incoming, OF_SENT_BODY), body: once(readBody) };
}

/** Headers that speak of the body as it was sent. */
const OF_SENT_BODY: ReadonlySet<string> = new Set(["content-encoding", "content-length", "transfer-encoding"]);

/** What the URL parser leaves as it is, and is worth remembering: no dots that lead upwards, nothing to be escaped. */
const PLAIN_TARGET = /^\/[\w~:/-]{0,200}$/;
/** URLs by their targets, by their hosts: a parser for every request would cost as much as reading its body. */
const MOST_KNOWN_HOSTS = 64;
const MOST_KNOWN_TARGETS = 64;
const knownUrls = new Map<string, Map<string, string>>();

function toHref(incoming: IncomingMessage): string {
  const { url: target = "/" } = incoming;
  const { host } = incoming.headers;
  if (host === undefined || !PLAIN_TARGET.test(target)) return new URL(toUrl(incoming)).href;
  return knownUrls.get(host)?.get(target) ?? learnUrl(host, target, new URL(toUrl(incoming)).href);
}

function learnUrl(host: string, target: string, url: string): string {
  let urls = knownUrls.get(host);
  if (urls === undefined) {
    if (knownUrls.size >= MOST_KNOWN_HOSTS) knownUrls.clear();
    urls = new Map();
    knownUrls.set(host, urls);
  }
  if (urls.size >= MOST_KNOWN_TARGETS) urls.clear();
  urls.set(target, url);
  return url;
}

function toUrl(incoming: IncomingMessage): string {
  const target = incoming.url ?? "/";
  if (ABSOLUTE_FORM.test(target)) return target;
  const host = incoming.headers.host;
  if (host === undefined && incoming.httpVersion !== "1.0") throw new TypeError("the Host header is missing");
  if (!ORIGIN_FORM.test(target)) throw new TypeError(`the request target ${JSON.stringify(target)} is no path`);
  return `http://${host ?? "localhost"}${target}`;
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}

/** Looks headers up where node:http left them: a request asks for a few, and has many. */
function readHeaders({ rawHeaders }: IncomingMessage, without?: ReadonlySet<string>): HeaderReader {
  return {
    get: (name) => (without?.has(name.toLowerCase()) === true ? null : find(rawHeaders, name.toLowerCase())),
    keys: () => rawHeaders.filter((name, index) => index % 2 === 0 && without?.has(name.toLowerCase()) !== true),
  };
}

function find(rawHeaders: readonly string[], name: string): string | null {
  let found: string | null = null;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const each = rawHeaders[index] ?? "";
    if (each.length !== name.length || each.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1] ?? "";
    found = found === null ? value : `${found}, ${value}`;
  }
  return found;
}
