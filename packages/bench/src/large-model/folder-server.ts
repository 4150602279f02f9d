import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";

// A web server on a folder, in a process of its own: files of any size, in ranges, by ETag.
const [folder = ""] = process.argv.slice(2);

const server = createServer((incoming, outgoing) => {
  send(incoming, outgoing).catch(() => outgoing.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : undefined });
});
process.once("disconnect", () => process.exit());

async function send(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const path = normalize(new URL(incoming.url ?? "/", "http://127.0.0.1").pathname);
  const file = join(folder, path);
  const stats = await stat(file).catch(() => undefined);
  if (stats?.isFile() !== true) {
    outgoing.writeHead(404).end();
    return;
  }
  const etag = `"${stats.ino}-${stats.size}-${stats.mtimeMs}"`;
  const range = /^bytes=(\d+)-(\d+)$/.exec(incoming.headers.range ?? "");
  const first = range === null ? 0 : Number(range[1]);
  const last = range === null ? stats.size - 1 : Math.min(Number(range[2]), stats.size - 1);
  const shared = { etag, "content-length": last - first + 1 };
  if (range === null) outgoing.writeHead(200, shared);
  else outgoing.writeHead(206, { ...shared, "content-range": `bytes ${first}-${last}/${stats.size}` });
  await pipeline(createReadStream(file, { start: first, end: last, highWaterMark: 1024 * 1024 }), outgoing);
}
