import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

export interface BucketServerOptions {
  /** A folder in it is a bucket. */
  readonly folder: string;
  /** Called with each path that is read; what it throws is answered with 503. */
  readonly onRead?: (path: string) => void | Promise<void>;
  /** Bound of each answer. */
  readonly bytesPerSecond?: number;
}

/** Buckets on 127.0.0.1, to read as S3 is read, by path. */
export interface BucketServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves what lies in a folder now: what is written there is there for the next request. */
export async function startBucketServer(options: BucketServerOptions): Promise<BucketServer> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch(() => response.writeHead(503).end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { folder, onRead, bytesPerSecond }: BucketServerOptions,
): Promise<void> {
  const path = decodeURIComponent((request.url ?? "/").replace(/\?.*/, ""));
  await onRead?.(path);
  const file = join(folder, normalize(path));
  if (!existsSync(file)) {
    response.writeHead(404, { "content-type": "application/xml" }).end("<Error><Code>NoSuchKey</Code></Error>");
    return;
  }
  const bytes = readFileSync(file);
  const etag = `"${createHash("md5").update(bytes).digest("hex")}"`;
  const { "if-match": match, "if-none-match": noneMatch, range } = request.headers;
  if (match !== undefined && match !== etag) return void response.writeHead(412).end();
  if (noneMatch === etag) return void response.writeHead(304, { etag }).end();
  const [, first = "0", last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  const end = Math.min(Number(last ?? bytes.length - 1), bytes.length - 1);
  const part = bytes.subarray(Number(first), end + 1);
  response.writeHead(last === undefined ? 200 : 206, {
    etag,
    "content-length": part.length,
    ...(last !== undefined && { "content-range": `bytes ${first}-${end}/${bytes.length}` }),
  });
  Readable.from(bytesPerSecond === undefined ? [part] : slowly(part, bytesPerSecond)).pipe(response);
}

const PIECES_PER_SECOND = 20;

async function* slowly(bytes: Buffer, bytesPerSecond: number): AsyncGenerator<Buffer> {
  const pieceBytes = Math.ceil(bytesPerSecond / PIECES_PER_SECOND);
  for (let position = 0; position < bytes.length; position += pieceBytes) {
    await sleep(1_000 / PIECES_PER_SECOND);
    yield bytes.subarray(position, position + pieceBytes);
  }
}
