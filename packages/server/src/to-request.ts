import type { IncomingMessage } from "node:http";

/** Bodies up to this size are gathered into one buffer of the announced length; larger ones pass through in pieces. */
const GATHERED_BYTES = 64 * 1024 * 1024;

const ORIGIN_FORM = /^\//;
const ABSOLUTE_FORM = /^https?:\/\//i;

/**
 * The web `Request` of an incoming message; its body is read from the socket only when the app reads it.
 *
 * @param readBody the body where the platform has read it already, and inflated it.
 * @throws TypeError when the target, the host or the method cannot stand in a `Request`.
 */
export function toRequest(incoming: IncomingMessage, readBody?: Uint8Array<ArrayBuffer>): Request {
  const method = incoming.method ?? "GET";
  const headers = toHeaderPairs(incoming.rawHeaders);
  if (method === "GET" || method === "HEAD") return new Request(toUrl(incoming), { method, headers });
  if (readBody !== undefined) {
    const inflated = headers.filter(([name]) => !OF_SENT_BODY.has(name.toLowerCase()));
    return new Request(toUrl(incoming), { method, headers: inflated, body: readBody });
  }
  return new Request(toUrl(incoming), { method, headers, body: toBody(incoming), duplex: "half" });
}

/** Headers that speak of the body as it was sent. */
const OF_SENT_BODY: ReadonlySet<string> = new Set(["content-encoding", "content-length", "transfer-encoding"]);

function toUrl(incoming: IncomingMessage): string {
  const target = incoming.url ?? "/";
  if (ABSOLUTE_FORM.test(target)) return target;
  const host = incoming.headers.host;
  if (host === undefined && incoming.httpVersion !== "1.0") throw new TypeError("the Host header is missing");
  if (!ORIGIN_FORM.test(target)) throw new TypeError(`the request target ${JSON.stringify(target)} is no path`);
  return `http://${host ?? "localhost"}${target}`;
}

function toHeaderPairs(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? "", rawHeaders[index + 1] ?? ""]);
  }
  return pairs;
}

/** Nothing is read ahead (`highWaterMark` 0), so an app that refuses by the headers alone never takes the body in. */
function toBody(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const sizeBytes = Number(incoming.headers["content-length"] ?? Number.NaN);
  const gathered = sizeBytes > 0 && sizeBytes <= GATHERED_BYTES ? createGatherer(sizeBytes) : undefined;
  let cancelled = false;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        incoming.pause();
        incoming.on("data", (piece: Buffer) => {
          if (cancelled) return;
          if (gathered !== undefined) return gathered.add(piece);
          controller.enqueue(piece);
          incoming.pause();
        });
        incoming.on("end", () => {
          if (cancelled) return;
          if (gathered !== undefined) controller.enqueue(gathered.whole());
          controller.close();
        });
        incoming.on("error", (error) => controller.error(error));
      },
      pull: () => {
        incoming.resume();
      },
      cancel: () => {
        cancelled = true;
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

interface Gatherer {
  add(piece: Buffer): void;
  whole(): Uint8Array;
}

/** Makes one piece of the announced length: the reader has nothing to join and can view tensors where they lie. */
function createGatherer(sizeBytes: number): Gatherer {
  let whole: Buffer | undefined;
  let receivedBytes = 0;
  return {
    add(piece) {
      // Allocated only now: a client that announces much and sends nothing costs nothing.
      whole ??= Buffer.allocUnsafeSlow(sizeBytes);
      receivedBytes += piece.copy(whole, receivedBytes);
    },
    whole: () => whole ?? new Uint8Array(),
  };
}
