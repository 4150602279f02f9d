import { createHash, randomBytes } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type RunningServer, startServer } from "../src/index.ts";
import { createEchoApp, type EchoApp } from "./support/echo-app.ts";
import { openConnection } from "./support/raw-connection.ts";
import { waitUntil } from "./support/wait-until.ts";

let app: EchoApp;
let server: RunningServer;

beforeEach(async () => {
  app = createEchoApp();
  server = await startServer(app, { port: 0 });
});

afterEach(async () => {
  app.release();
  await server.drain();
});

const post = (path: string, body: Uint8Array | string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}${path}`, { method: "POST", body, headers });

describe("requests and answers", () => {
  it.each([0, 1, 65_536, 602_112, 5_000_000])("carries a binary body of %i bytes both ways unchanged", async (size) => {
    const bytes = randomBytes(size);
    const response = await post("/", bytes);
    expect(response.headers.get("content-length")).toBe(String(size));
    expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(bytes));
  });

  it("carries a body of unknown length", async () => {
    const bytes = randomBytes(300_000);
    const pieces = ReadableStream.from([bytes.subarray(0, 1), bytes.subarray(1, 200_000), bytes.subarray(200_000)]);
    const response = await fetch(server.url, { method: "POST", body: pieces, duplex: "half" });
    expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(bytes));
  });

  it("hands over method, path, query and headers as they were sent", async () => {
    await fetch(`${server.url}/v2/models/a%2Fb%3Ac/infer?x=1&x=2`, { method: "PUT", headers: { "x-one": "1, 2" } });
    const [seen] = app.requests;
    expect(seen?.method).toBe("PUT");
    expect(seen?.url).toBe(`${server.url}/v2/models/a%2Fb%3Ac/infer?x=1&x=2`);
    expect(seen?.headers.get("x-one")).toBe("1, 2");
  });

  it("answers HEAD with the length and no body", async () => {
    const response = await fetch(`${server.url}/target`, { method: "HEAD" });
    expect(response.headers.get("content-length")).toBe(String(`${server.url}/target`.length));
    expect(await response.text()).toBe("");
  });

  it("passes a streamed answer on piece by piece", async () => {
    const response = await fetch(`${server.url}/stream`);
    expect(response.headers.get("content-length")).toBeNull();
    expect(await response.text()).toBe("one two three");
  });

  it("answers without a body when the app gives none", async () => {
    const response = await fetch(`${server.url}/empty`);
    expect(response.headers.get("content-length")).toBe("0");
  });

  it("hides what an app that throws says", async () => {
    const response = await post("/throws", "{}");
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: "INTERNAL" });
    expect(text).not.toContain("secret");
  });

  it("lets a client read the refusal of an upload that the app never took in", async () => {
    const response = await post("/refused", randomBytes(3_000_000));
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ error: "too large" });
  });
});

describe("connections", () => {
  it("answers 100 requests in parallel, each with its own body", async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => (await post("/", `body ${index}`)).text()),
    );
    expect(answers).toEqual(Array.from({ length: 100 }, (_, index) => `body ${index}`));
  });

  it("uses one connection for several requests", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (const body of ["a", "b", "c"]) ports.add(await localPortOf(agent, body));
    agent.destroy();
    expect(ports.size).toBe(1);
  });

  it("answers pipelined requests in their order", async () => {
    const connection = await openConnection(server.port);
    connection.send(rawPost("/held", "first") + rawPost("/", "second") + rawPost("/", "third"));
    await waitUntil(() => app.requests.length === 3);
    app.release();
    const received = await connection.receivedUntil("third");
    expect(received.indexOf("first")).toBeLessThan(received.indexOf("second"));
    expect(received.match(/200 OK/g)).toHaveLength(3);
    connection.socket.destroy();
  });
});

describe("what is no request", () => {
  it.each([
    ["garbage", "\u0000\u0001 nonsense\r\n\r\n", "400 Bad Request"],
    ["a broken header", "GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n", "400 Bad Request"],
    ["two lengths", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx", "400 Bad Request"],
    ["no host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request"],
    ["an impossible host", "GET / HTTP/1.1\r\nhost: a b[\r\n\r\n", "400 Bad Request"],
    ["a target that is no path", "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n", "400 Bad Request"],
    ["huge headers", `GET / HTTP/1.1\r\nhost: x\r\nx-big: ${"x".repeat(40_000)}\r\n\r\n`, "431 Request Header"],
  ])("answers %s with JSON", async (_, bytes, status) => {
    const connection = await openConnection(server.port);
    connection.send(bytes);
    const received = await connection.receivedUntil('"code":"INPUT_INVALID"}');
    expect(received).toContain(status);
    expect(JSON.parse(received.slice(received.indexOf("{"))).error).toMatch(/^(This|The request)/);
    expect(app.requests).toHaveLength(0);
    connection.socket.destroy();
    expect(await (await post("/", "still there")).text()).toBe("still there");
  });

  it("refuses a method that fetch does not know, and says which it takes", async () => {
    const connection = await openConnection(server.port);
    connection.send("TRACE / HTTP/1.1\r\nhost: x\r\n\r\n");
    const received = await connection.receivedUntil('"code":"METHOD_NOT_ALLOWED"}');
    expect(received).toContain("405 Method Not Allowed");
    expect(received.toLowerCase()).toContain("allow: get, head, post");
    expect(app.requests).toHaveLength(0);
    connection.socket.destroy();
  });

  it("never writes an error text in front of an answer that is still owed", async () => {
    const connection = await openConnection(server.port);
    connection.send(`${rawPost("/held", "first")}nonsense\r\n\r\n`);
    expect(await connection.receivedUntilClosed()).toBe("");
  });
});

describe("listening", () => {
  it("says which port is taken and what to do", async () => {
    await expect(startServer(app, { port: server.port })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(`Port ${server.port} is taken.*--port`),
    });
  });

  it("says that an address is not this machine's", async () => {
    await expect(startServer(app, { port: 0, host: "192.0.2.1" })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("--host"),
    });
  });

  it("gives its port back", async () => {
    await server.drain();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(server.port, "127.0.0.1", resolve));
    await new Promise((resolve) => other.close(resolve));
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function rawPost(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function localPortOf(agent: Agent, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(server.url, { agent, method: "POST" }, (response) => {
      const port = response.socket.localPort;
      response.resume().on("end", () => resolve(port));
    });
    request.on("error", reject);
    request.end(body);
  });
}
