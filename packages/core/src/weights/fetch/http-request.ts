import type { ByteRange } from "../store/model-store.ts";
import { FailedTry } from "./failed-try.ts";

/** A request without a body. */
export interface HttpRequest {
  /** `GET` where absent. */
  readonly method?: "GET" | "HEAD";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

const CARRIED_BY_HTTP = /^[\t\x20-\x7e\x80-\xff]*$/;

/** As it goes over the wire. @throws FailedTry for a header that would end its line. */
export function toRequestText({ method = "GET", url, headers }: HttpRequest, range?: ByteRange): string {
  const lines = new Map<string, string>([
    ["host", url.host],
    ...(range === undefined ? [] : [["range", `bytes=${range.first}-${range.last}`] as const]),
    ["accept-encoding", "identity"],
    ["user-agent", "virga"],
  ]);
  for (const [name, value] of Object.entries(headers)) lines.set(name.toLowerCase(), value);
  const text = [...lines].map(([name, value]) => `${name}: ${value}`);
  if (!text.every((line) => CARRIED_BY_HTTP.test(line))) {
    const message = "The store's request has a header that HTTP cannot carry.";
    throw new FailedTry({ message, code: "INTERNAL", mostTries: 1 });
  }
  return [`${method} ${url.pathname}${url.search} HTTP/1.1`, ...text, "", ""].join("\r\n");
}

/** Headers that may follow to another host: all others might carry a secret. */
const HARMLESS = new Set(["range", "if-match", "accept", "accept-encoding", "user-agent"]);

/** The request at the place that a server named. @throws FailedTry for a place that is none, or less safe. */
export function redirect({ url, headers }: HttpRequest, location: string): HttpRequest {
  const target = URL.parse(location, url.href);
  const secureEnough = target?.protocol === "https:" || (target?.protocol === "http:" && url.protocol === "http:");
  if (target === null || !secureEnough) {
    const message = "The server redirects to a place that is no URL, or is not protected by TLS.";
    throw new FailedTry({ message, code: "WEIGHTS_UNREACHABLE", mostTries: 1 });
  }
  const kept = Object.entries(headers).filter(([name]) => HARMLESS.has(name.toLowerCase()));
  return { url: target, headers: target.origin === url.origin ? headers : Object.fromEntries(kept) };
}
