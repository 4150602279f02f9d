import type { IncomingMessage, ServerResponse } from "node:http";
import type { InferenceApp, Invocation, Log } from "@virga/core";
import { createRequestListener, DEFAULT_TIMEOUTS } from "@virga/server";
import { boundAnswer } from "./bounded-answer.ts";
import { traceOf } from "./cloud-log.ts";
import { createFunctionDrain, type DrainedProcess } from "./drain-function.ts";

/** A request as the functions framework hands it over: of some, it has read the body, and inflated it. */
export type FrameworkRequest = IncomingMessage & { readonly rawBody?: Buffer<ArrayBuffer> };

/** Entry point of an HTTP function. */
export type HttpHandler = (request: FrameworkRequest, response: ServerResponse) => void;

/** What a handler works with beside its app. */
export interface HttpHandlerOptions {
  /** Of the platform; unknown where absent. */
  readonly timeoutMs?: number;
  readonly log: Log;
  /** Ended when a signal says so, once the requests under way have been answered. */
  readonly owner: DrainedProcess;
}

/** Puts an app behind the functions framework. */
export function createHttpHandler(app: InferenceApp, { timeoutMs, log, owner }: HttpHandlerOptions): HttpHandler {
  const drain = createFunctionDrain(() => app.close(), owner);
  const bounded: InferenceApp = {
    warm: () => app.warm(),
    close: () => app.close(),
    fetch: async (request, invocation) => boundAnswer(await app.fetch(request, invocation)),
  };
  const listener = createRequestListener(bounded, {
    isDraining: drain.isDraining,
    stalledMs: DEFAULT_TIMEOUTS.stalledMs,
    log,
    readBody: (incoming: FrameworkRequest) => incoming.rawBody,
    invocation: (incoming) => toInvocation(incoming, timeoutMs),
  });
  return (request, response) => {
    drain.begin();
    response.once("close", () => drain.end());
    listener(request, response);
  };
}

function toInvocation({ headers }: IncomingMessage, timeoutMs: number | undefined): Invocation {
  const requestId = traceOf((name) => headers[name]?.toString());
  return { ...(requestId && { requestId }), ...(timeoutMs && { remainingMs: timeoutMs }) };
}
