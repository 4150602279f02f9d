import { Buffer } from "node:buffer";
import { type JsonOutput, writeJson } from "./json/write-json.ts";

/** An answer whole in memory: a web `Response` costs more to make and to read than a small model to run. */
export interface Answer {
  readonly status: number;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  /** To be called once the body is written: its memory, which is all its own, is given back at once. */
  readonly freeBody?: () => void;
}

/** An answer that is JSON, in which tensors keep every bit. */
export function jsonAnswer(value: JsonOutput): Answer {
  return { status: 200, headers: { "content-type": "application/json" }, body: writeJson(value) };
}

/** An answer that is text of some type. */
export function textAnswer(status: number, headers: Readonly<Record<string, string>>, text: string): Answer {
  return { status, headers, body: Buffer.from(text) };
}

/** The same answer with another header. */
export function withHeader(answer: Answer, name: string, value: string): Answer {
  return { ...answer, headers: { ...answer.headers, [name]: value } };
}

/** An answer as the web has it. */
export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body.byteLength === 0 ? null : body, { status, headers });
}
