import { connect as connectPlain } from "node:net";
import { connect as connectSecure } from "node:tls";
import type { Job } from "./subject.ts";

const READ_BUFFER_BYTES = 512 * 1024;
const HEAD_END = "\r\n\r\n";

/** Sees bytes of the object, only lent, and where they stand in it. */
export type SeePiece = (bytes: Uint8Array, position: number) => void;

/** Receives an object over as many connections at once, an equal range each, and throws away what `see` does not keep. */
export async function discardRanges(job: Job, see?: SeePiece): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  const share = Math.ceil(job.dataBytes / job.connections);
  const ranges = Array.from({ length: job.connections }, (_, index) => {
    return { first: index * share, last: Math.min((index + 1) * share, job.dataBytes) - 1 };
  });
  await Promise.all(ranges.map((range) => discardRange(job, range, buffer, see)));
}

function discardRange(
  job: Job,
  { first, last }: { first: number; last: number },
  buffer: Buffer,
  see?: SeePiece,
): Promise<void> {
  const url = new URL(`${job.endpoint}/${job.bucket}/${job.dataKey}`);
  return new Promise((settle, fail) => {
    let awaited = last - first + 1;
    let head: string | undefined = "";
    const read = (count: number): boolean => {
      let from = 0;
      awaited -= count;
      if (head !== undefined) {
        const before = head.length;
        head += buffer.toString("latin1", 0, Math.min(count, 4096));
        const end = head.indexOf(HEAD_END);
        if (end < 0) return true;
        if (!head.startsWith("HTTP/1.1 206")) fail(new Error(head.slice(0, end)));
        from = end + HEAD_END.length - before;
        awaited += end + HEAD_END.length;
        head = undefined;
      }
      see?.(buffer.subarray(from, count), last + 1 - awaited - (count - from));
      if (awaited > 0) return true;
      settle();
      socket.destroy();
      return false;
    };
    const options = { host: url.hostname, port: Number(url.port), noDelay: true, onread: { buffer, callback: read } };
    const socket =
      url.protocol === "https:"
        ? connectSecure({ ...options, ca: job.certificateAuthority, ALPNProtocols: ["http/1.1"] })
        : connectPlain(options);
    socket.on("error", fail);
    socket.on("end", () => fail(new Error(`the connection ended ${awaited} bytes too early`)));
    socket.write(`GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\nrange: bytes=${first}-${last}\r\n\r\n`);
  });
}
