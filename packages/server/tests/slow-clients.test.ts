import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { InferenceApp } from "@virga/core";
import { type RunningServer, startServer } from "../src/index.ts";
import { createEchoApp, type EchoApp } from "./support/echo-app.ts";
import { openConnection } from "./support/raw-connection.ts";
import { waitUntil } from "./support/wait-until.ts";

let app: EchoApp;
let server: RunningServer;

beforeEach(async () => {
  app = createEchoApp();
  server = await startServer(app, { port: 0, timeouts: { headersMs: 200, requestMs: 300 } });
});

afterEach(async () => {
  app.release();
  await server.drain();
});

describe("clients that leave", () => {
  it("aborts the signal of a request whose client no longer waits", async () => {
    const connection = await openConnection(server.port);
    connection.send("POST /held HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}");
    await waitUntil(() => app.invocations.length === 1);
    expect(app.invocations[0]?.signal?.aborted).toBe(false);
    connection.socket.destroy();
    await waitUntil(() => app.invocations[0]?.signal?.aborted === true);
  });

  it.each([
    ["of known length", "content-length: 100000\r\n\r\nabc"],
    ["in chunks", "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ])("ends the reading of a body %s that stops in the middle", async (_, rest) => {
    const bodies: Promise<unknown>[] = [];
    const reading = await startServer(
      {
        ...app,
        fetch: async (request, invocation) => {
          const body = request.arrayBuffer();
          bodies.push(Promise.allSettled([body]));
          await body.catch(() => undefined);
          return app.fetch(new Request(request.url), invocation);
        },
      },
      { port: 0 },
    );
    const connection = await openConnection(reading.port);
    connection.send(`POST / HTTP/1.1\r\nhost: x\r\n${rest}`);
    await waitUntil(() => bodies.length === 1);
    connection.socket.destroy();
    expect(await bodies[0]).toMatchObject([{ status: "rejected" }]);
    await waitUntil(() => app.invocations[0]?.signal?.aborted === true);
    await reading.drain();
  });
});

describe("clients that dawdle", () => {
  it("takes a body that comes in small pieces", async () => {
    const patient = await startServer(app, { port: 0 });
    const connection = await openConnection(patient.port);
    connection.send("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n");
    for (const digit of "0123456789") {
      connection.send(digit);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    expect(await connection.receivedUntil("0123456789")).toContain("200 OK");
    connection.socket.destroy();
    await patient.drain();
  });

  it.each([
    ["headers", "POST / HTTP/1.1\r\nhost: x\r\n"],
    ["body", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n012"],
  ])("answers 408 when the %s do not come to an end", async (_, bytes) => {
    const connection = await openConnection(server.port);
    connection.send(bytes);
    const received = await connection.receivedUntilClosed();
    expect(received).toContain("408 Request Timeout");
    expect(received).toContain('"error":"The request did not arrive in time."');
  });

  it.each(["/large", "/large-stream"])("cuts off a client that does not read its answer from %s", async (path) => {
    const stalling = await startServer(app, { port: 0, timeouts: { stalledMs: 100, graceMs: 1_000_000 } });
    const connection = await openConnection(stalling.port);
    connection.socket.pause();
    connection.send(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await waitUntil(() => app.requests.length === 1);
    await stalling.drain();
    connection.socket.destroy();
  });

  it("cuts off a client that does not read an answer that was whole in memory", async () => {
    let answered = 0;
    const whole: InferenceApp = {
      ...app,
      async answer() {
        answered += 1;
        return { status: 200, headers: {}, body: new Uint8Array(32 * 1024 * 1024) };
      },
    };
    const stalling = await startServer(whole, { port: 0, timeouts: { stalledMs: 100, graceMs: 1_000_000 } });
    const [first, second] = [await openConnection(stalling.port), await openConnection(stalling.port)];
    for (const { socket, send } of [first, second]) {
      socket.pause();
      // Two at once: the second answer has no socket of its own while the first is under way.
      send("GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n");
    }
    await waitUntil(() => answered >= 2);
    await stalling.drain();
    for (const { socket } of [first, second]) socket.destroy();
  });

  it("gives an answer's memory back when it has been read, and not before", async () => {
    const body = new Uint8Array(32 * 1024 * 1024).fill(7);
    let isFree = false;
    const freeBody = (): void => {
      isFree = true;
      body.buffer.transfer(0);
    };
    const whole: InferenceApp = { ...app, answer: async () => ({ status: 200, headers: {}, body, freeBody }) };
    const freeing = await startServer(whole, { port: 0 });
    const connection = await openConnection(freeing.port);
    connection.socket.pause();
    connection.send("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isFree).toBe(false);
    connection.socket.resume();
    const received = await connection.receivedUntilClosed();
    expect(received.slice(received.indexOf("\r\n\r\n") + 4)).toBe("\x07".repeat(32 * 1024 * 1024));
    await waitUntil(() => isFree);
    await freeing.drain();
  });

  it("closes a connection that never says anything", async () => {
    const connection = await openConnection(server.port);
    expect(await connection.receivedUntilClosed()).toContain("408");
  });
});
