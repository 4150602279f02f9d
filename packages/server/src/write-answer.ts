import type { ServerResponse } from "node:http";
import type { Answer } from "@virga/core";
import type { WriteOptions } from "./write-response.ts";

/** Writes an answer that is whole in memory. */
export function writeAnswer(outgoing: ServerResponse, answer: Answer, { close, stalledMs }: WriteOptions): void {
  if (outgoing.destroyed) return;
  const { status, headers, body } = answer;
  const written: string[] = [];
  for (const [name, value] of Object.entries(headers)) written.push(name, value);
  const isHead = outgoing.req.method === "HEAD";
  if (!isHead && status !== 204 && status !== 304) written.push("content-length", String(body.byteLength));
  if (close) written.push("connection", "close");
  outgoing.writeHead(status, written);
  outgoing.setTimeout(stalledMs);
  outgoing.end(body.byteLength === 0 || isHead ? undefined : body);
}
