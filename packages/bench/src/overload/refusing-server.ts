import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { reportAddress } from "../warm/server-process.ts";

/** Bare node:http that refuses all it is sent: what it and its callers take for that is what no service can do without. */
const body = Buffer.from(JSON.stringify({ error: "There is too much to do.", code: "OVERLOADED" }));
const server = createServer((incoming, outgoing) => {
  const headers = { "content-type": "application/json", "retry-after": "1", "content-length": body.byteLength };
  outgoing.writeHead(incoming.method === "GET" ? 200 : 503, headers);
  outgoing.end(body);
});
server.listen({ port: 0, host: "127.0.0.1" }, () => {
  reportAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
