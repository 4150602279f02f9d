import type { InferenceApp, Invocation } from "@virga/core";

export interface EchoApp extends InferenceApp {
  readonly requests: readonly Request[];
  readonly invocations: readonly Invocation[];
  readonly isClosed: boolean;
  /** Lets the requests to `/held` go on. */
  release(): void;
}

/** Answers with what it got; `/held` waits until it is released, `/stream` answers in three pieces, `/large…` with 32 MiB. */
export function createEchoApp(): EchoApp {
  const requests: Request[] = [];
  const invocations: Invocation[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let isClosed = false;

  async function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/throws") throw new Error("secret detail");
    if (pathname === "/refused") return Response.json({ error: "too large" }, { status: 413 });
    if (pathname === "/stream") return new Response(ReadableStream.from(slowPieces()));
    if (pathname === "/large") return new Response(new Uint8Array(LARGE_BYTES));
    if (pathname === "/large-stream") return new Response(ReadableStream.from(largePieces()));
    if (pathname === "/empty") return new Response(null);
    if (pathname === "/target") return new Response(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    if (pathname === "/held") await released;
    return new Response(body, { headers: { "content-type": "application/octet-stream" } });
  }

  return {
    requests,
    invocations,
    get isClosed() {
      return isClosed;
    },
    release,
    async fetch(request, invocation = {}) {
      requests.push(request);
      invocations.push(invocation);
      return answer(request);
    },
    warm: async () => undefined,
    async close() {
      isClosed = true;
    },
  };
}

/** More than sockets buffer. */
const LARGE_BYTES = 32 * 1024 * 1024;

async function* largePieces(): AsyncGenerator<Uint8Array> {
  for (let piece = 0; piece < 32; piece += 1) yield new Uint8Array(LARGE_BYTES / 32);
}

async function* slowPieces(): AsyncGenerator<Uint8Array> {
  for (const piece of ["one ", "two ", "three"]) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield new TextEncoder().encode(piece);
  }
}
