import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import fc from "fast-check";
import { type App, type AppOptions, createApp } from "../../src/request/app.ts";
import { findValue, type ParsedSample, parsePrometheus } from "../support/parse-prometheus.ts";

const KEY = "a key";
const doubling = encodeModel({
  inputs: [{ name: "X", tensor: "float32", shape: ["N"] }],
  outputs: [{ name: "Y", tensor: "float32", shape: ["N"] }],
  operations: [{ operator: "Add", inputs: ["X", "X"], outputs: ["Y"] }],
});
const source = { kind: "bytes", bytes: doubling } as const;
const body = JSON.stringify({ inputs: [{ name: "X", shape: [2], datatype: "FP32", data: [1, 2] }] });
let app: App | undefined;

function serve(options: Partial<AppOptions> = {}): App {
  app = createApp({ models: { double: { source, version: "7" } }, metrics: true, ...options });
  return app;
}

function send(served: App, path: string, init: RequestInit = {}): Promise<Response> {
  return served.fetch(new Request(`http://localhost${path}`, init));
}

function infer(served: App, path = "/v2/models/double/infer"): Promise<Response> {
  return send(served, path, { method: "POST", body });
}

async function read(served: App, init: RequestInit = {}): Promise<ParsedSample[]> {
  const response = await send(served, "/metrics", init);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parsePrometheus(await response.text());
}

afterEach(() => app?.close());

describe("GET /metrics", () => {
  it("is there only where it is asked for, behind the API key, and in no description of the models", async () => {
    const silent = createApp({ models: { double: { source } } });
    expect((await send(silent, "/metrics")).status).toBe(404);
    await silent.close();
    const served = serve({ apiKeySha256: createHash("sha256").update(KEY).digest("hex") });
    const headers = { authorization: `Bearer ${KEY}` };
    expect((await send(served, "/metrics")).status).toBe(401);
    expect((await send(served, "/metrics", { headers, method: "POST" })).status).toBe(405);
    expect(
      findValue(await read(served, { headers }), "virga_request_failures_total", { code: "UNAUTHENTICATED" }),
    ).toBe(1);
    expect(await (await send(served, "/openapi.json", { headers })).text()).not.toContain("/metrics");
  });

  it("counts what hundreds of requests at once do, each once", async () => {
    const served = serve();
    const paths = ["/v2/models/double/infer", "/v2/models/double/versions/7/infer", "/predict"];
    const answers = await Promise.all(Array.from({ length: 240 }, (_, index) => infer(served, paths[index % 3])));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const sizes = await Promise.all(answers.map(async (answer) => (await answer.arrayBuffer()).byteLength));
    const samples = await read(served);
    for (const route of ["/v2/models/{model}/infer", "/v2/models/{model}/versions/{version}/infer", "/predict"]) {
      expect(findValue(samples, "virga_requests_total", { route, model: "double", status: "200" })).toBe(80);
      expect(findValue(samples, "virga_request_duration_seconds_count", { route })).toBe(80);
    }
    // Runs may be fewer, as requests are joined, or more, as joined runs are compared with single ones.
    expect(findValue(samples, "virga_queue_duration_seconds_count", { model: "double" })).toBe(240);
    expect(findValue(samples, "virga_model_run_duration_seconds_count", { model: "double" })).toBeGreaterThan(0);
    expect(findValue(samples, "virga_queue_length", { model: "double" })).toBe(0);
    expect(findValue(samples, "virga_request_body_bytes_total")).toBe(240 * body.length);
    expect(findValue(samples, "virga_response_body_bytes_total")).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(findValue(samples, "virga_model_load_duration_seconds_count", { outcome: "success" })).toBe(1);
    expect(findValue(samples, "virga_model_info", { model: "double", version: "7" })).toBe(1);
    // The one that reads this.
    expect(findValue(samples, "virga_requests_in_progress")).toBe(1);
  });

  it("grows by nothing that callers make up", async () => {
    const served = serve();
    const word = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
      .map((text) => encodeURIComponent(text.toWellFormed()));
    const path = fc.oneof(
      word.map((name) => `/${name}`),
      word.map((name) => `/v2/models/${name}/infer`),
      word.map((name) => `/v2/models/double/versions/${name}/infer`),
      word.map((name) => `/v1/models/${name}:predict`),
      word.map((name) => `/v2/models/${name}`),
      word.map((name) => `/v2/models/double/infer?${name}=${name}`),
    );
    const method = fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "MADEUP");
    const attack = fc.tuple(path, method, word);
    await fc.assert(
      fc.asyncProperty(attack, async ([where, how, id]) => {
        await send(served, where, { method: how, headers: { "x-request-id": id }, ...(how !== "GET" && { body }) });
      }),
      { numRuns: 400 },
    );
    const samples = await read(served);
    const routes = new Set(samples.flatMap(({ labels }) => labels["route"] ?? []));
    const models = new Set(samples.flatMap(({ labels }) => labels["model"] ?? []));
    expect([...models].sort()).toEqual(["", "double"]);
    expect([...routes].every((route) => /^(?:[/:\w]|\{\w+\})*$/.test(route) && !/\d{3}/.test(route))).toBe(true);
    expect(routes.size).toBeLessThanOrEqual(30);
    expect(samples.length).toBeLessThan(600);
  });

  it("tells load that was refused from failures of the service", async () => {
    const served = serve({ limits: { maxConcurrentRequests: 1 } });
    const [, refused] = await Promise.all([infer(served), infer(served)]);
    expect(refused.status).toBe(503);
    const late = await served.fetch(
      new Request("http://localhost/predict", { method: "POST", body: new ReadableStream(), duplex: "half" }),
      { remainingMs: 1 },
    );
    expect(late.status).toBe(504);
    const samples = await read(served);
    const failures = "virga_request_failures_total";
    expect(findValue(samples, failures, { model: "double", code: "OVERLOADED" })).toBe(1);
    expect(findValue(samples, failures, { model: "double", code: "DEADLINE_EXCEEDED" })).toBe(1);
    expect(findValue(samples, "virga_requests_total", { status: "504", route: "/predict" })).toBe(1);
  });

  it("counts from the moment at which a request was received", async () => {
    const served = serve({ limits: { timeoutMs: 60_000 } });
    const send = (receivedAtMs: number): Promise<Response> =>
      served.fetch(
        new Request("http://localhost/predict", { method: "POST", body: new ReadableStream(), duplex: "half" }),
        { receivedAtMs },
      );
    const late = await send(performance.now() - 59_990);
    expect(late.status).toBe(504);
    expect(await late.text()).toContain("No answer within 60000 ms.");
    expect((await send(performance.now() - 70_000)).status).toBe(504);
    const lasted = findValue(await read(served), "virga_request_duration_seconds_sum", { route: "/predict" });
    expect(lasted).toBeGreaterThan(129);
  });

  it("tells a load that failed, and that no version serves", async () => {
    const broken = { kind: "bytes", bytes: new Uint8Array([1, 2, 3]) } as const;
    const served = serve({ models: { broken: { source: broken } } });
    expect((await infer(served, "/predict")).status).toBe(500);
    const samples = await read(served);
    expect(findValue(samples, "virga_model_load_duration_seconds_count", { model: "broken", outcome: "failure" })).toBe(
      1,
    );
    expect(samples.filter(({ name }) => name === "virga_model_info")).toEqual([]);
    expect(findValue(samples, "virga_model_swaps_total", { model: "broken", outcome: "refused" })).toBe(0);
  });
});
