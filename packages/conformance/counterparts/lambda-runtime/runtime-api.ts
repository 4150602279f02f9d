import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Invoked } from "@virga/conformance/lambda-front";

/** Source: Lambda quotas, as its refusal of a result counts them. */
const MOST_RESULT_BYTES = 6_291_556;
const API = "/2018-06-01/runtime";

/** Lambda's side of a function: hands out invocations, takes their results. */
export interface RuntimeApi {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** What the function said when it could not start. */
  readonly initError: { readonly errorType: string; readonly errorMessage: string } | undefined;
  /** Resolves when the function waits for an invocation: its init phase, or the invocation before, is over. */
  whenWaiting(): Promise<void>;
  /** @throws Error when nothing has come when the invocation's time is over. */
  invoke(payload: string, timeoutMs?: number): Promise<Invoked>;
  close(): Promise<void>;
}

interface Invocation {
  readonly id: string;
  readonly payload: string;
  readonly deadlineMs: number;
  settle(invoked: Invoked): void;
}

/**
 * Starts a Runtime API on a free port of the loopback.
 *
 * Source: Lambda developer guide, "Using the Lambda runtime API for custom runtimes"; for streaming, "Response streaming".
 */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const queue: Invocation[] = [];
  const underWay = new Map<string, Invocation>();
  let waiting: ServerResponse | undefined;
  let initError: RuntimeApi["initError"];
  let announce: () => void = () => undefined;

  function handOut(): void {
    const invocation = waiting === undefined ? undefined : queue.shift();
    if (waiting === undefined || invocation === undefined) return;
    underWay.set(invocation.id, invocation);
    waiting.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": invocation.id,
      "lambda-runtime-deadline-ms": String(invocation.deadlineMs),
      "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-west-1:123456789012:function:virga",
      "lambda-runtime-trace-id": "Root=1-67f1a2b3-0123456789abcdef01234567;Sampled=0",
    });
    waiting.end(invocation.payload);
    waiting = undefined;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (path === `${API}/invocation/next`) {
      waiting = response;
      announce();
      return handOut();
    }
    const body = await readAll(request);
    if (path === `${API}/init/error`) initError = JSON.parse(body.toString());
    const [, id = "", kind] = /\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const invoked = kind === "error" ? toError(body) : toInvoked(request, body);
    underWay.get(id)?.settle(invoked);
    underWay.delete(id);
    const isTooLarge = invoked.kind === "error" && invoked.errorType === "Function.ResponseSizeTooLarge";
    response.writeHead(isTooLarge ? 413 : 202).end('{"status":"OK"}');
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    address: `127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    get initError() {
      return initError;
    },
    whenWaiting: () =>
      waiting !== undefined
        ? Promise.resolve()
        : new Promise((resolve) => {
            announce = resolve;
          }),
    invoke: (payload, timeoutMs = 30_000) =>
      new Promise((settle, fail) => {
        const timer = setTimeout(() => fail(new Error(`Task timed out after ${timeoutMs} ms`)), timeoutMs);
        const settleInTime = (invoked: Invoked): void => {
          clearTimeout(timer);
          settle(invoked);
        };
        queue.push({ id: randomUUID(), payload, deadlineMs: Date.now() + timeoutMs, settle: settleInTime });
        handOut();
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

function toInvoked({ headers, trailers }: IncomingMessage, body: Buffer): Invoked {
  const failure = trailers["lambda-runtime-function-error-body"];
  if (failure !== undefined) return toError(Buffer.from(failure, "base64"));
  if (headers["lambda-runtime-function-response-mode"] === "streaming") {
    return { kind: "stream", contentType: headers["content-type"] ?? "", bytes: body };
  }
  if (body.byteLength <= MOST_RESULT_BYTES) return { kind: "result", text: body.toString() };
  return { kind: "error", errorType: "Function.ResponseSizeTooLarge", errorMessage: `${body.byteLength} bytes` };
}

function toError(body: Buffer): Invoked {
  const { errorType, errorMessage } = JSON.parse(body.toString());
  return { kind: "error", errorType, errorMessage };
}
