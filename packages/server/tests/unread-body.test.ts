import { once } from "node:events";
import { request } from "node:http";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { Answer } from "@virga/core";
import { type RunningServer, startServer } from "../src/index.ts";
import { createEchoApp } from "./support/echo-app.ts";
import { openConnection } from "./support/raw-connection.ts";

const REFUSAL: Answer = {
  status: 503,
  headers: { "content-type": "application/json", "retry-after": "1" },
  body: new TextEncoder().encode('{"error":"too much to do"}'),
};
/** More than the sockets of both sides buffer. */
const LARGE_BYTES = 64 * 1024 * 1024;
const ZEROS = Buffer.alloc(LARGE_BYTES);

let server: RunningServer;

afterEach(() => server.drain());

async function start(answer: (body: AsyncIterable<Uint8Array> | null) => Promise<Answer>): Promise<void> {
  server = await startServer({ ...createEchoApp(), answer: ({ body }) => answer(body) }, { port: 0 });
}

async function joined(body: AsyncIterable<Uint8Array> | null): Promise<Answer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body ?? []) pieces.push(piece);
  return { status: 200, headers: {}, body: new Uint8Array(Buffer.concat(pieces)) };
}

/** How much of a body was sent until the answer was there, and the answer. */
async function upload(sizeBytes: number): Promise<{ text: string; sentBytes: number }> {
  const connection = await openConnection(server.port);
  connection.send(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${sizeBytes}\r\n\r\n`);
  connection.socket.write(ZEROS.subarray(0, sizeBytes));
  const text = await connection.receivedUntil('{"error":"too much to do"}');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const sentBytes = sizeBytes - connection.socket.writableLength;
  connection.socket.destroy();
  return { text, sentBytes };
}

describe("uploads that are answered before they have ended", () => {
  it("are thrown away where there are few, so that the connection stays of use", async () => {
    await start(async () => REFUSAL);
    const connection = await openConnection(server.port);
    for (const each of ["first", "second"]) {
      connection.send(`POST /${each} HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n`);
      connection.socket.write(Buffer.alloc(99_999));
      const text = await connection.receivedUntil("too much to do");
      expect(text).not.toContain("connection: close");
      connection.send("x");
    }
    connection.socket.destroy();
  });

  it("are left in the network where there are many: the client gets its whole answer, and the connection ends", async () => {
    await start(async () => REFUSAL);
    const uploads = await Promise.all(Array.from({ length: 4 }, () => upload(LARGE_BYTES)));
    const { text = "", sentBytes } = uploads.find((each) => each.text.includes("connection: close")) ?? {};
    const [head = "", body] = text.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(head).toMatch(/\r\nretry-after: 1\r\n/);
    expect(head).toMatch(/\r\ndate: .* GMT\r\n/);
    expect(head).toContain(`content-length: ${REFUSAL.body.byteLength}`);
    expect(body).toBe('{"error":"too much to do"}');
    expect(sentBytes).toBeLessThan(LARGE_BYTES);
  });

  it("do not keep the answers to others back", async () => {
    await start(async (body) => (body === null ? { status: 200, headers: {}, body: new Uint8Array(1) } : REFUSAL));
    const uploads = Array.from({ length: 100 }, () => upload(2 * 1024 * 1024));
    expect((await fetch(server.url)).status).toBe(200);
    for (const { text } of await Promise.all(uploads)) expect(text).toContain("503 Service Unavailable");
  });

  it("end when the service does", async () => {
    await start(async () => REFUSAL);
    await upload(LARGE_BYTES);
    const connection = await openConnection(server.port);
    connection.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\n\r\nx");
    await connection.receivedUntil("too much to do");
    await server.drain();
    await connection.receivedUntilClosed();
  });
});

describe("clients that wait until they are asked for their body", () => {
  const waiting = () =>
    request(server.url, { method: "POST", headers: { expect: "100-continue", "content-length": "5" } });

  it("are asked when it is read", async () => {
    await start(joined);
    const outgoing = waiting();
    outgoing.on("continue", () => outgoing.end("hello"));
    outgoing.flushHeaders();
    const [incoming] = await once(outgoing, "response");
    expect(Buffer.concat(await incoming.toArray()).toString()).toBe("hello");
  });

  it("are not asked for what is refused", async () => {
    await start(async () => REFUSAL);
    const outgoing = waiting();
    let isAsked = false;
    outgoing.on("continue", () => {
      isAsked = true;
    });
    outgoing.on("error", () => undefined);
    outgoing.flushHeaders();
    const [incoming] = await once(outgoing, "response");
    expect([incoming.statusCode, incoming.headers.connection, isAsked]).toEqual([503, "close", false]);
    expect(Buffer.concat(await incoming.toArray()).toString()).toBe('{"error":"too much to do"}');
    outgoing.destroy();
  });
});
