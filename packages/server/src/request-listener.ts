import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Answer, IncomingRequest, InferenceApp, Invocation } from "@virga/core";
import { trackAnswer } from "./client-error.ts";
import { failureText } from "./failure-text.ts";
import type { Log } from "./server-options.ts";
import { toIncomingRequest } from "./to-incoming-request.ts";
import { toRequest } from "./to-request.ts";
import { Turns } from "./turns.ts";
import { UnreadBodies } from "./unread-body.ts";
import { writeAnswer } from "./write-answer.ts";
import { type WriteOptions, writeResponse } from "./write-response.ts";

/** How requests are heard; for a platform that has a server of its own. */
export interface ListenerOptions {
  /** Whether connections are to end with their answers. */
  isDraining(): boolean;
  readonly stalledMs: number;
  readonly log: Log;
  /** The request's body where the platform has read it already, and inflated it. */
  readBody?(incoming: IncomingMessage): Uint8Array<ArrayBuffer> | undefined;
  /** What the platform knows of the request. */
  invocation?(incoming: IncomingMessage): Invocation;
}

/**
 * Our own adapter between node:http and `fetch`, because the app reads bodies as streams (to bound them) and a
 * 602,112-byte body then took 2.5 times as long through `@hono/node-server` 2.1.8 as through bare node:http; through
 * this file it takes 1.4 times as long.
 */
export function createRequestListener(app: InferenceApp, options: ListenerOptions): RequestListener {
  const listening = { ...options, app, unread: new UnreadBodies() };
  const turns = new Turns();
  return (incoming, outgoing) => {
    trackAnswer(incoming.socket, outgoing);
    const exchange = { incoming, outgoing, receivedAtMs: performance.now() };
    turns.take(() => hear(exchange, listening));
  };
}

/** One request, and where its answer goes. */
interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly receivedAtMs: number;
}

interface Listening extends ListenerOptions {
  readonly app: InferenceApp;
  readonly unread: UnreadBodies;
}

function hear(exchange: Exchange, listening: Listening): void {
  const { outgoing } = exchange;
  // Its caller may have gone while it waited.
  if (outgoing.destroyed) return;
  respond(exchange, listening).catch((error: unknown) => {
    listening.log({ level: "error", event: "answer.failed", message: "An answer could not be written.", error });
    giveUp(outgoing);
  });
}

async function respond(
  { incoming, outgoing, receivedAtMs }: Exchange,
  { app, readBody, invocation, isDraining, stalledMs, unread }: Listening,
): Promise<void> {
  const writing = (): WriteOptions => ({ close: isDraining(), stalledMs });
  const write = (answer: Answer): void => {
    if (unread.refuse(incoming, outgoing, answer, isDraining())) return;
    unread.discard(incoming);
    writeAnswer(outgoing, answer, writing());
  };
  if (FORBIDDEN_METHODS.has(incoming.method ?? "")) return write(refuseMethod(incoming.method ?? ""));
  let request: IncomingRequest;
  try {
    request = toIncomingRequest(incoming, readBody?.(incoming));
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unreadable";
    return write(failureAnswer(400, `This request cannot be read: ${reason}.`));
  }
  const known = invocation?.(incoming);
  const whenGone = (callback: () => void): void => {
    outgoing.once("close", () => {
      if (!outgoing.writableFinished && !unread.hasRefused(incoming)) callback();
    });
  };
  if (app.answer !== undefined) return write(await app.answer(request, { ...known, receivedAtMs, whenGone }));
  const caller = new AbortController();
  whenGone(() => caller.abort());
  const heard = { ...known, receivedAtMs, signal: caller.signal };
  await writeResponse(outgoing, await app.fetch(toRequest(request, incoming), heard), writing());
  unread.discard(incoming);
}

/** Methods that no web `Request` carries. Source: Fetch Standard, "forbidden method". */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

function refuseMethod(method: string): Answer {
  const headers = { "content-type": "application/json", allow: "GET, HEAD, POST" };
  return {
    status: 405,
    headers,
    body: Buffer.from(failureText(`No path here takes ${method}.`, "METHOD_NOT_ALLOWED")),
  };
}

function failureAnswer(status: number, message: string): Answer {
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(failureText(message)) };
}

function giveUp(outgoing: ServerResponse): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(500, { "content-type": "application/json", connection: "close" });
  outgoing.end(failureText("The service failed in a way it does not expect.", "INTERNAL"));
}
