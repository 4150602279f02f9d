import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { failureText } from "./failure-text.ts";

interface ClientFailure {
  readonly statusLine: string;
  readonly message: string;
}

const MALFORMED: ClientFailure = { statusLine: "400 Bad Request", message: "This is not a well-formed HTTP request." };

const BY_CODE: Readonly<Record<string, ClientFailure>> = {
  HPE_HEADER_OVERFLOW: {
    statusLine: "431 Request Header Fields Too Large",
    message: "The request's headers are too large.",
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    statusLine: "408 Request Timeout",
    message: "The request did not arrive in time.",
  },
};

const lastAnswers = new WeakMap<Duplex, ServerResponse>();

/** Remembers the newest answer of a connection, so that an error text is never written into it. */
export function trackAnswer(socket: Duplex, answer: ServerResponse): void {
  lastAnswers.set(socket, answer);
}

function isOwedAnAnswer(socket: Duplex): boolean {
  const last = lastAnswers.get(socket);
  return last !== undefined && !last.writableFinished && (last.headersSent || last.req.complete);
}

/** Answers what node:http could not read as a request: there is no `Request` for the app to see. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable || isOwedAnAnswer(socket)) {
    socket.destroy();
    return;
  }
  const { statusLine, message } = BY_CODE[error.code ?? ""] ?? MALFORMED;
  const body = failureText(message);
  const head = [
    `HTTP/1.1 ${statusLine}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
