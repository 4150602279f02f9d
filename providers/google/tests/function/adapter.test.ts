import { describeAdapter } from "@virga/conformance";
import { MOST_ANSWER_BYTES } from "../../src/function/bounded-answer.ts";
import { startFrameworkServer } from "./support/framework-server.ts";

describeAdapter("Cloud Run function", async (app) => {
  let wasAsked = false;
  const server = await startFrameworkServer(app);
  return {
    maxResponseBytes: MOST_ANSWER_BYTES,
    async send(request) {
      wasAsked = true;
      return forward(request, server.url);
    },
    async close() {
      if (wasAsked) await server.terminate();
      await server.close();
    },
  };
});

/** The same request to another place; a body of no media type keeps having none. */
async function forward(request: Request, origin: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const body = request.method === "GET" ? undefined : await request.arrayBuffer();
  return fetch(`${origin}${pathname}${search}`, {
    method: request.method,
    headers: request.headers,
    body: body ?? null,
  });
}
