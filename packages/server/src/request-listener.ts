import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { InferenceApp, Invocation } from "@virga/core";
import { trackAnswer } from "./client-error.ts";
import { failureText } from "./failure-text.ts";
import type { Log } from "./server-options.ts";
import { toRequest } from "./to-request.ts";
import { writeResponse } from "./write-response.ts";

/** How long the rest of an upload is still taken in and thrown away after its answer: cut off, it would cost the answer. */
const LINGER_MS = 2_000;

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
  const { isDraining, stalledMs, log } = options;
  return (incoming, outgoing) => {
    trackAnswer(incoming.socket, outgoing);
    const caller = new AbortController();
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) caller.abort();
    });
    outgoing.once("finish", () => linger(incoming));
    answer(app, incoming, caller.signal, options)
      .then((response) => writeResponse(outgoing, response, { close: isDraining(), stalledMs }))
      .catch((error: unknown) => {
        log({ level: "error", event: "answer.failed", message: "An answer could not be written.", error });
        giveUp(outgoing);
      });
  };
}

async function answer(
  app: InferenceApp,
  incoming: IncomingMessage,
  signal: AbortSignal,
  { readBody, invocation }: ListenerOptions,
): Promise<Response> {
  if (FORBIDDEN_METHODS.has(incoming.method ?? "")) return refuseMethod(incoming.method ?? "");
  let request: Request;
  try {
    request = toRequest(incoming, readBody?.(incoming));
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unreadable";
    return failureResponse(400, `This request cannot be read: ${reason}.`);
  }
  return app.fetch(request, { ...invocation?.(incoming), signal });
}

/** Methods that no web `Request` carries. Source: Fetch Standard, "forbidden method". */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

function refuseMethod(method: string): Response {
  const headers = { "content-type": "application/json", allow: "GET, HEAD, POST" };
  return new Response(failureText(`No path here takes ${method}.`, "METHOD_NOT_ALLOWED"), { status: 405, headers });
}

function failureResponse(status: number, message: string): Response {
  return new Response(failureText(message), { status, headers: { "content-type": "application/json" } });
}

function linger(incoming: IncomingMessage): void {
  if (incoming.complete) return;
  setTimeout(() => {
    if (!incoming.complete) incoming.socket.destroy();
  }, LINGER_MS).unref();
}

function giveUp(outgoing: ServerResponse): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(500, { "content-type": "application/json", connection: "close" });
  outgoing.end(failureText("The service failed in a way it does not expect.", "INTERNAL"));
}
