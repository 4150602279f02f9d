import { type Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Body } from "../warm/bodies.ts";

/** How a client behaves. */
export interface Manner {
  /** Sends the body in so many pieces, with pauses. */
  readonly pieces?: number;
  /** Waits so long before each piece of the answer. */
  readonly readPauseMs?: number;
  /** Goes away after half of the body, after all of it, or with the first piece of the answer. */
  readonly leaves?: "amid body" | "after body" | "amid answer";
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How a call ended; `failure` is a broken connection, or an answer that did not come in time. */
export type CallOutcome =
  | { readonly kind: "answered"; readonly answer: CallAnswer }
  | { readonly kind: "left" }
  | { readonly kind: "failed"; readonly failure: string };

export interface Call {
  readonly agent: Agent;
  readonly origin: string;
  readonly path: string;
  readonly method: "GET" | "POST";
  readonly requestId: string;
  readonly body?: Body;
  readonly manner?: Manner;
}

/** Longer than the service gives itself: what takes longer hangs. */
const HANG_MS = 20_000;
const PIECE_PAUSE_MS = 15;

/** One request, in whatever manner; never rejects. */
export async function makeCall(call: Call): Promise<CallOutcome> {
  const outgoing = start(call);
  const hanging = setTimeout(() => outgoing.destroy(new Error(`no answer within ${HANG_MS} ms`)), HANG_MS);
  const incoming = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
    outgoing.once("close", () => reject(new Error("closed without an answer")));
  });
  // Told by the race below; where the client leaves nobody asks.
  incoming.catch(() => undefined);
  outgoing.on("error", () => undefined);
  try {
    const hasLeft = await sendBody(outgoing, call);
    if (hasLeft) return { kind: "left" };
    return await readAnswer(await incoming, outgoing, call.manner);
  } catch (error) {
    return { kind: "failed", failure: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(hanging);
  }
}

function start({ agent, origin, path, method, requestId, body }: Call): ClientRequest {
  const { hostname, port } = new URL(origin);
  const length = body === undefined ? {} : { ...body.headers, "content-length": String(body.bytes.byteLength) };
  return request({ agent, host: hostname, port, path, method, headers: { ...length, "x-request-id": requestId } });
}

/** Returns whether the client has gone. */
async function sendBody(outgoing: ClientRequest, { body, manner = {} }: Call): Promise<boolean> {
  const bytes = body?.bytes ?? new Uint8Array();
  const pieces = manner.leaves === "amid body" ? 2 : (manner.pieces ?? 1);
  for (let piece = 0; piece < pieces - 1; piece++) {
    outgoing.write(bytes.subarray(...bounds(bytes.byteLength, piece, pieces)));
    await sleep(PIECE_PAUSE_MS);
    if (manner.leaves === "amid body") {
      outgoing.destroy();
      return true;
    }
  }
  outgoing.end(bytes.subarray(...bounds(bytes.byteLength, pieces - 1, pieces)));
  if (manner.leaves !== "after body") return false;
  await sleep(Math.random() * PIECE_PAUSE_MS);
  outgoing.destroy();
  return true;
}

function bounds(length: number, piece: number, pieces: number): [number, number] {
  return [Math.floor((length * piece) / pieces), Math.floor((length * (piece + 1)) / pieces)];
}

async function readAnswer(
  incoming: IncomingMessage,
  outgoing: ClientRequest,
  manner: Manner = {},
): Promise<CallOutcome> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) {
    if (manner.leaves === "amid answer") {
      outgoing.destroy();
      return { kind: "left" };
    }
    pieces.push(piece as Buffer);
    if (manner.readPauseMs !== undefined) await sleep(manner.readPauseMs);
  }
  const answer = { status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(pieces) };
  return { kind: "answered", answer };
}
