import type { IncomingMessage } from "node:http";
import type { RequestBody } from "@virga/core";
import { payContinue } from "./expected-continue.ts";
import { freePiece } from "./free-piece.ts";

/** Bodies up to this size are gathered into one buffer of the announced length; larger ones pass through in pieces. */
const GATHERED_BYTES = 64 * 1024 * 1024;

/** A message's body; nothing is taken from the socket before it is asked for, and what is not asked for is thrown away. */
export function bodyOf(incoming: IncomingMessage): RequestBody {
  const sizeBytes = Number(incoming.headers["content-length"] ?? Number.NaN);
  return sizeBytes > 0 && sizeBytes <= GATHERED_BYTES ? inOnePiece(incoming, sizeBytes) : inPieces(incoming);
}

function inOnePiece(incoming: IncomingMessage, sizeBytes: number): RequestBody {
  const whole = (): Promise<Uint8Array> => {
    payContinue(incoming);
    return gather(incoming, sizeBytes);
  };
  return {
    whole,
    async *[Symbol.asyncIterator]() {
      yield await whole();
    },
  };
}

async function* inPieces(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  payContinue(incoming);
  try {
    // Destroyed, the message would take the connection with it, and the answer.
    for await (const piece of incoming.iterator({ destroyOnReturn: false })) yield piece;
  } finally {
    incoming.resume();
  }
}

/** Makes one piece of the announced length: the reader has nothing to join and can view tensors where they lie. */
function gather(incoming: IncomingMessage, sizeBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let whole: Buffer | undefined;
    let receivedBytes = 0;
    incoming.on("data", (piece: Buffer) => {
      receivedBytes += piece.byteLength;
      if (whole === undefined && receivedBytes === sizeBytes) {
        whole = piece;
        return;
      }
      // Allocated only now: a client that announces much and sends nothing costs nothing.
      whole ??= Buffer.allocUnsafeSlow(sizeBytes);
      piece.copy(whole, receivedBytes - piece.byteLength);
      freePiece(piece);
    });
    incoming.on("end", () => resolve(whole ?? new Uint8Array()));
    incoming.on("error", reject);
    const endEarly = (): void => {
      // An error is dear to make, and every message is closed.
      if (!incoming.complete) reject(new Error("The connection was closed."));
    };
    if (incoming.destroyed) endEarly();
    else incoming.on("close", endEarly);
  });
}
