import type { ServerResponse } from "node:http";

type Reader = ReadableStreamDefaultReader<Uint8Array>;

export interface WriteOptions {
  /** Whether the connection ends with this answer. */
  readonly close: boolean;
  /** A client that reads nothing for this long is cut off. */
  readonly stalledMs: number;
}

/** Writes a web `Response`; resolves when everything was handed over or the client has gone. */
export async function writeResponse(
  outgoing: ServerResponse,
  response: Response,
  { close, stalledMs }: WriteOptions,
): Promise<void> {
  if (outgoing.destroyed) {
    await response.body?.cancel();
    return;
  }
  const headers: string[] = [];
  for (const [name, value] of response.headers) headers.push(name, value);
  if (close) headers.push("connection", "close");
  if (response.body === null) {
    if (!mayHaveNoLength(outgoing, response)) headers.push("content-length", "0");
    outgoing.writeHead(response.status, headers);
    outgoing.end();
    return;
  }
  const reader: Reader = response.body.getReader();
  const { first, rest } = await readAtOnce(reader);
  if (rest === undefined) {
    if (!response.headers.has("content-length")) headers.push("content-length", String(first.byteLength));
    outgoing.writeHead(response.status, headers);
    outgoing.setTimeout(stalledMs);
    outgoing.end(first);
    return;
  }
  outgoing.writeHead(response.status, headers);
  await writeStream(outgoing, reader, first, rest, stalledMs);
}

function mayHaveNoLength(outgoing: ServerResponse, response: Response): boolean {
  const bodiless = outgoing.req.method === "HEAD" || response.status === 204 || response.status === 304;
  return bodiless || response.headers.has("content-length");
}

type Pending = ReturnType<Reader["read"]>;

/** A body that is there in one piece (nearly all are) is known as such, so that its length can be told. */
async function readAtOnce(reader: Reader): Promise<{ first: Uint8Array; rest: Pending | undefined }> {
  const { value: first, done } = await reader.read();
  if (done) return { first: new Uint8Array(), rest: undefined };
  const rest = reader.read();
  const oneTurn = new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)));
  const next = await Promise.race([rest, oneTurn]);
  return { first, rest: next?.done ? undefined : rest };
}

async function writeStream(
  outgoing: ServerResponse,
  reader: Reader,
  first: Uint8Array,
  rest: Pending,
  stalledMs: number,
): Promise<void> {
  outgoing.once("close", () => void reader.cancel().catch(() => undefined));
  let piece: Uint8Array = first;
  let pending = rest;
  while (!outgoing.destroyed) {
    if (!outgoing.write(piece)) await drained(outgoing, stalledMs);
    const { value, done } = await pending;
    if (done) break;
    piece = value;
    pending = reader.read();
  }
  outgoing.setTimeout(stalledMs);
  outgoing.end();
}

/** Waits until the client has read on, or has gone. */
function drained(outgoing: ServerResponse, stalledMs: number): Promise<void> {
  outgoing.setTimeout(stalledMs);
  return new Promise((resolve) => {
    const goOn = (): void => {
      outgoing.off("drain", goOn);
      outgoing.off("close", goOn);
      outgoing.setTimeout(0);
      resolve();
    };
    outgoing.on("drain", goOn);
    outgoing.on("close", goOn);
  });
}
