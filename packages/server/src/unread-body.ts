import { type IncomingMessage, type ServerResponse, STATUS_CODES, validateHeaderValue } from "node:http";
import type { Answer } from "@virga/core";
import { isContinueOwed } from "./expected-continue.ts";
import { freePiece } from "./free-piece.ts";

/** How long a connection outlives an answer that came before the end of its request: cut off, it would cost the answer. */
const LINGER_MS = 2_000;
/** A small one is waited for longer: where this thread has been late to read it, the client has begun its next request. */
const SMALL_LINGER_MS = 5_000;
/** Connections that end and are not read from, at once; of more the first are cut off, as the system buffers their uploads. */
const MOST_ENDING = 256;
/** An upload up to this size is thrown away for less than what a new connection costs both sides. */
const SMALL_BYTES = 1024 * 1024;
/** Of larger ones, so much a second: 1 MB costs 0.5 ms of CPU (2 cores at 2.5 GHz). */
const DISCARDED_BYTES_PER_MS = 64 * 1024;
const MOST_SAVED_BYTES = 64 * 1024 * 1024;
/** What an upload that says nothing of its length counts as. */
const UNANNOUNCED_BYTES = 4 * 1024 * 1024;

/**
 * What becomes of uploads that were answered before they had ended, as refusals are: thrown away where they are small or few,
 * left in the network otherwise.
 *
 * Source: RFC 9112, section 9.6, on how a connection is closed so that the client gets its answer.
 */
export class UnreadBodies {
  readonly #refused = new WeakSet<IncomingMessage>();
  readonly #ending = new Set<IncomingMessage>();
  #savedBytes = MOST_SAVED_BYTES;
  #savedAtMs = performance.now();

  /**
   * Answers a request of which there is more to come, and ends its connection without reading on.
   *
   * @param mustClose whether the connection ends in any case.
   * @returns whether it did: not where all has come, an earlier answer is still owed, or the rest may as well be discarded.
   */
  refuse(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer, mustClose: boolean): boolean {
    if (incoming.complete || outgoing.socket === null || incoming.method === "HEAD") return false;
    if (!mustClose && !isContinueOwed(incoming) && this.#mayDiscard(incoming)) return false;
    const { socket } = incoming;
    this.#refused.add(incoming);
    incoming.pause();
    socket.pause();
    socket.end(toBytes(answer));
    this.#end(incoming);
    return true;
  }

  /** Whether a request was answered by `refuse`: node:http takes it for one that was broken off. */
  hasRefused(incoming: IncomingMessage): boolean {
    return this.#refused.has(incoming);
  }

  /** Throws away what still comes of a request whose answer is written, for as long as a connection lingers. */
  discard(incoming: IncomingMessage): void {
    if (incoming.complete) return;
    incoming.on("data", freePiece);
    const lingerMs = announcedBytes(incoming) <= SMALL_BYTES ? SMALL_LINGER_MS : LINGER_MS;
    const cutOff = setTimeout(() => {
      if (!incoming.complete) incoming.socket.destroy();
    }, lingerMs).unref();
    incoming.once("end", () => clearTimeout(cutOff));
  }

  #mayDiscard(incoming: IncomingMessage): boolean {
    const nowMs = performance.now();
    const earnedBytes = DISCARDED_BYTES_PER_MS * (nowMs - this.#savedAtMs);
    this.#savedBytes = Math.min(MOST_SAVED_BYTES, this.#savedBytes + earnedBytes);
    this.#savedAtMs = nowMs;
    // Whoever announces a terabyte sends no more of it than others do before it is cut off.
    const sizeBytes = Math.min(announcedBytes(incoming), MOST_SAVED_BYTES);
    if (sizeBytes <= SMALL_BYTES) return true;
    if (sizeBytes > this.#savedBytes) return false;
    this.#savedBytes -= sizeBytes;
    return true;
  }

  /** Ended by its request: node:http would end that one with an error, which is dear to make. */
  #end(incoming: IncomingMessage): void {
    const cutOff = setTimeout(() => incoming.destroy(), LINGER_MS).unref();
    incoming.once("close", () => {
      clearTimeout(cutOff);
      this.#ending.delete(incoming);
    });
    this.#ending.add(incoming);
    const [first] = this.#ending;
    if (first === undefined || this.#ending.size <= MOST_ENDING) return;
    this.#ending.delete(first);
    first.destroy();
  }
}

function announcedBytes({ headers }: IncomingMessage): number {
  return Number(headers["content-length"] ?? UNANNOUNCED_BYTES);
}

/** Written by ourselves: node:http would close the connection at once, and the client's system might drop the answer. */
function toBytes({ status, headers, body }: Answer): Buffer {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderValue(name, value);
    lines.push(`${name}: ${value}`);
  }
  lines.push(`date: ${new Date().toUTCString()}`, `content-length: ${body.byteLength}`, "connection: close");
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body]);
}
