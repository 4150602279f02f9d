import type { ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";
import type { Fault } from "./fault.ts";
import type { SharedLink } from "./shared-link.ts";

const PACE_MS = 4;

/** How fast an answer may be sent; as fast as it goes where absent. */
export interface Limits {
  readonly bytesPerSecond?: number;
  readonly link?: SharedLink;
}

/** Sends the body at its pace until it ends, or until the fault strikes. */
export function sendBody(
  response: ServerResponse,
  bytes: Uint8Array,
  fault: Fault | undefined,
  limits: Limits = {},
): void {
  const body = spoil(bytes, fault);
  if (fault?.kind === "untilClose") {
    // Without a length, Node frames the body in chunks unless the connection is to be closed.
    response.useChunkedEncodingByDefault = false;
    response.setHeader("connection", "close");
  } else if (fault?.kind !== "chunked") response.setHeader("content-length", body.length);
  // A head before the first byte of the body, however long that takes.
  response.flushHeaders();
  const bytesPerSecond = fault?.kind === "slow" ? fault.bytesPerSecond : limits.bytesPerSecond;
  const stopAt = stopPosition(fault, body.length);
  pace(
    response,
    body.subarray(0, stopAt),
    { ...limits, ...(bytesPerSecond !== undefined && { bytesPerSecond }) },
    fault?.kind === "chunked" ? fault.chunkBytes : undefined,
    () => finish(response, fault, stopAt < body.length),
  );
}

function spoil(bytes: Uint8Array, fault: Fault | undefined): Uint8Array {
  if (fault?.kind !== "corrupt") return bytes;
  const spoiled = Uint8Array.from(bytes);
  const at = Math.min(fault.atByte, bytes.length - 1);
  spoiled[at] = (spoiled[at] ?? 0) ^ 1;
  return spoiled;
}

function stopPosition(fault: Fault | undefined, length: number): number {
  const cut = fault?.kind === "reset" || fault?.kind === "truncate" || fault?.kind === "stall";
  return cut ? Math.min(fault.afterBytes, length) : length;
}

/** As a crash of the server does; TLS knows no reset, but there too the connection ends without a word. */
export function breakConnection({ socket }: ServerResponse): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket?.resetAndDestroy();
}

function finish(response: ServerResponse, fault: Fault | undefined, cut: boolean): void {
  if (!cut) response.end();
  else if (fault?.kind === "reset") breakConnection(response);
  else if (fault?.kind === "truncate") response.socket?.end();
}

function pace(
  response: ServerResponse,
  body: Uint8Array,
  { bytesPerSecond = Number.POSITIVE_INFINITY, link }: Limits,
  pieceBytes: number | undefined,
  done: () => void,
): void {
  const allowed = (bytes: number): number => (link === undefined ? bytes : link.take(bytes));
  const startedAtMs = performance.now();
  let at = 0;
  if (link !== undefined) response.once("close", link.join());
  const step = (): void => {
    if (response.destroyed) return;
    const dueBytes = ((performance.now() - startedAtMs + PACE_MS) / 1000) * bytesPerSecond;
    const due = Math.min(body.length, Math.floor(dueBytes));
    const upTo = at + allowed(Math.min(due - at, pieceBytes ?? due - at));
    const flowing = upTo === at || response.write(body.subarray(at, upTo));
    at = upTo;
    if (at === body.length) done();
    else if (!flowing) response.once("drain", step);
    else if (at < due && link === undefined) setImmediate(step);
    else setTimeout(step, PACE_MS);
  };
  step();
}
