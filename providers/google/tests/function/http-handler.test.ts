import { EventEmitter, once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createApp } from "@virga/core";
import { createHttpHandler } from "../../src/function/http-handler.ts";
import { DOUBLER } from "./support/doubler.ts";
import { type FrameworkServer, startFrameworkServer } from "./support/framework-server.ts";

const HEADER = JSON.stringify({
  inputs: [{ name: "X", datatype: "FP32", shape: [1, 2], parameters: { binary_data_size: 8 } }],
  parameters: { binary_data_output: true },
});
const binary = Buffer.concat([Buffer.from(HEADER), Buffer.from(Float32Array.of(0.1, -2).buffer)]);
const length = { "inference-header-content-length": String(HEADER.length) };

let server: FrameworkServer;

beforeEach(async () => {
  server = await startFrameworkServer(
    createApp({ models: { doubler: { source: { kind: "bytes", bytes: DOUBLER } } } }),
  );
});

afterEach(() => server.close());

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
}

/** By hand, because `fetch` adds headers of its own. */
function send(method: string, path: string, headers: Record<string, string>, body?: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${server.url}${path}`, { method, headers }, async (incoming) => {
      const bytes = await bytesOf(incoming);
      resolve({ status: incoming.statusCode, headers: incoming.headers, bytes });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  return Buffer.concat(pieces);
}

function tensorOf({ status, headers, bytes }: Answer): number[] {
  expect([status, status === 200 ? "" : bytes.toString()]).toEqual([200, ""]);
  const tensor = bytes.subarray(Number(headers["inference-header-content-length"]));
  return [tensor.readFloatLE(0), tensor.readFloatLE(4)];
}

const doubled = [Math.fround(Math.fround(0.1) * 2), -4];

describe("tensors in binary after a JSON header", () => {
  it.each([
    ["no media type", {}],
    ["application/octet-stream", { "content-type": "application/octet-stream" }],
    ["application/json", { "content-type": "application/json" }],
    ["text/plain", { "content-type": "text/plain" }],
    ["an upload of unknown length", { "transfer-encoding": "chunked" }],
  ])("are exact both ways under %s", async (_, headers: Record<string, string>) => {
    expect(tensorOf(await send("POST", "/v2/models/doubler/infer", { ...headers, ...length }, binary))).toEqual(
      doubled,
    );
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
  ])("are inflated once from %s", async (encoding, compress) => {
    for (const type of ["application/json", "application/octet-stream", undefined]) {
      const headers = { ...(type && { "content-type": type }), "content-encoding": encoding, ...length };
      const answer = await send("POST", "/v2/models/doubler/infer", headers, compress(binary));
      expect(tensorOf(answer)).toEqual(doubled);
    }
  });
});

describe("other requests", () => {
  it("answers HEAD as GET, without a body", async () => {
    const { status, headers, bytes } = await send("HEAD", "/v2", {});
    expect([status, headers["content-type"], bytes.length]).toEqual([200, "application/json", 0]);
  });

  it("refuses what is no JSON in our own words", async () => {
    const answer = await send("POST", "/predict", { "content-type": "application/json" }, Buffer.from("{"));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.bytes.toString())).toMatchObject({ code: "INPUT_INVALID" });
  });

  it("carries the trace of either header as the request's id", async () => {
    const trace = "105445aa7843bc8bf206b12000100000";
    for (const headers of [
      { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
      { "x-cloud-trace-context": `${trace}/1;o=1` },
    ]) {
      expect((await send("GET", "/v2", headers)).headers["x-request-id"]).toBe(trace);
    }
  });

  it("takes a body that another framework has read and inflated", async () => {
    const app = createApp({ models: { doubler: { source: { kind: "bytes", bytes: DOUBLER } } } });
    const handler = createHttpHandler(app, {
      log: () => undefined,
      owner: Object.assign(new EventEmitter(), { exit: () => undefined }),
    });
    const rawBody = Buffer.from('{"instances":[[1,2]]}');
    const reading = createServer(async (incoming, response) => {
      await bytesOf(incoming);
      handler(Object.assign(incoming, { rawBody }), response);
    });
    reading.listen(0, "127.0.0.1");
    await once(reading, "listening");
    const { port } = reading.address() as AddressInfo;
    const headers = { "content-type": "application/json", "content-encoding": "gzip" };
    const response = await fetch(`http://127.0.0.1:${port}/predict`, {
      method: "POST",
      headers,
      body: gzipSync(rawBody),
    });
    expect(await response.json()).toEqual({ predictions: [[2, 4]] });
    reading.close();
  });
});
