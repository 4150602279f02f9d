import type { ServerResponse } from "node:http";
import type { Answer } from "@virga/core";
import type { WriteOptions } from "./write-response.ts";

/** Writes an answer that is whole in memory. */
export function writeAnswer(outgoing: ServerResponse, answer: Answer, { close, stalledMs }: WriteOptions): void {
  if (outgoing.destroyed) return;
  const { status, headers, body, freeBody } = answer;
  const written: string[] = [];
  for (const [name, value] of Object.entries(headers)) written.push(name, value);
  const isHead = outgoing.req.method === "HEAD";
  if (!isHead && status !== 204 && status !== 304) written.push("content-length", String(body.byteLength));
  if (close) written.push("connection", "close");
  outgoing.writeHead(status, written);
  if (isHead || body.byteLength === 0) outgoing.end();
  else if (body.byteLength > MOST_JOINED_BYTES) outgoing.end(body, freeBody);
  else outgoing.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1"), "latin1");
  // What the system has taken whole waits for no client; where answers to earlier requests are under way there is no socket.
  if (outgoing.socket === null || outgoing.socket.writableLength > 0) outgoing.setTimeout(stalledMs);
}

/** Written as text of one byte a character, a small body goes out together with its headers: one system call less. */
const MOST_JOINED_BYTES = 16 * 1024;
