import { startServer } from "@virga/server";
import { describeAdapter } from "../src/describe-adapter.ts";

describeAdapter("node:http on a real socket", async (app) => {
  const server = await startServer(app, { port: 0, timeouts: { graceMs: 1_000 } });
  return {
    send: (request) => {
      const { pathname, search } = new URL(request.url);
      return fetch(new Request(`${server.url}${pathname}${search}`, request));
    },
    close: () => server.drain(),
  };
});
