import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { encodeModel } from "@virga/conformance/onnx-model";
import type { LogEntry } from "../../src/log.ts";
import { definePredictor } from "../../src/predictor/predictor.ts";
import { type App, type AppOptions, createApp } from "../../src/request/app.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const traceparent = `00-${TRACE}-${CALLER}-01`;
const bytes = encodeModel({
  inputs: [{ name: "X", tensor: "float32", shape: ["N"] }],
  outputs: [{ name: "Y", tensor: "float32", shape: ["N"] }],
  operations: [{ operator: "Add", inputs: ["X", "X"], outputs: ["Y"] }],
});
const models = { double: { source: { kind: "bytes", bytes } } } as const;
const exporter = new InMemorySpanExporter();
let app: App;

function infer(headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ inputs: [{ name: "X", shape: [2], datatype: "FP32", data: [1, 2] }] });
  return app.fetch(new Request("http://localhost/v2/models/double/infer", { method: "POST", headers, body }));
}

function serve(options: Partial<AppOptions> = {}): void {
  app = createApp({ models, ...options });
}

function span(name: string): ReadableSpan {
  const found = exporter.getFinishedSpans().filter((each) => each.name === name);
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** As the user's own process does it; what is under test finds it there. */
function register(provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })): void {
  provider.register();
}

beforeEach(() => serve());
afterEach(async () => {
  await app.close();
  exporter.reset();
  for (const api of [trace, context, propagation]) api.disable();
});

const REQUEST = "POST /v2/models/{model}/infer";

describe("tracing", () => {
  it("continues the caller's trace: load and run are children of the request, and its id is the trace's", async () => {
    register();
    const response = await infer({ traceparent, tracestate: "vendor=1" });
    expect(response.headers.get("x-request-id")).toBe(TRACE);
    const request = span(REQUEST);
    expect(request.kind).toBe(SpanKind.SERVER);
    expect(request.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: CALLER, isRemote: true });
    expect(request.attributes).toMatchObject({
      "http.request.method": "POST",
      "http.route": "/v2/models/{model}/infer",
      "http.response.status_code": 200,
    });
    for (const child of [span("load"), span("run")]) {
      expect(child.spanContext().traceId).toBe(TRACE);
      expect(child.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
      expect(child.attributes).toEqual({ "virga.model": "double" });
    }
  });

  it("is a child of what the process traces already, such as its HTTP server", async () => {
    register();
    await trace.getTracer("http").startActiveSpan("server", async (server) => {
      await infer({ traceparent });
      server.end();
    });
    expect(span(REQUEST).parentSpanContext?.spanId).toBe(span("server").spanContext().spanId);
  });

  it("begins a trace of its own, whose id the log and the answer have", async () => {
    const logged: LogEntry[] = [];
    const predictor = definePredictor({
      predict: () => {
        throw new Error("a slip");
      },
    });
    serve({ predictor, log: (entry) => logged.push(entry) });
    register();
    const response = await infer();
    const { traceId } = span(REQUEST).spanContext();
    expect(span(REQUEST).status.code).toBe(SpanStatusCode.ERROR);
    expect(response.headers.get("x-request-id")).toBe(traceId);
    expect(logged.map(({ requestId }) => requestId)).toEqual([traceId]);
  });

  it("hands its context on to what a predictor calls", async () => {
    const carrier: Record<string, string> = {};
    const predictor = definePredictor({
      predict: async (inputs, { model }) => {
        propagation.inject(context.active(), carrier);
        return model().run(inputs);
      },
    });
    serve({ predictor });
    register();
    await infer({ traceparent });
    expect(carrier["traceparent"]).toBe(`00-${TRACE}-${span(REQUEST).spanContext().spanId}-01`);
  });

  it("records why a load failed", async () => {
    serve({ models: { double: { source: { kind: "bytes", bytes: new Uint8Array([1]) } } } });
    register();
    expect((await infer()).status).toBe(500);
    expect(span("load").status.code).toBe(SpanStatusCode.ERROR);
    expect(span("load").events.map(({ name }) => name)).toEqual(["exception"]);
  });

  it("answers all the same where nothing is traced, not sampled, or half set up", async () => {
    expect((await infer({ traceparent })).headers.get("x-request-id")).toBe(TRACE);
    trace.setGlobalTracerProvider(new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
    expect((await infer()).status).toBe(200);
    trace.disable();
    register(new NodeTracerProvider({ sampler: new AlwaysOffSampler() }));
    expect((await infer()).status).toBe(200);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it("takes no id from what is no traceparent", async () => {
    for (const wrong of [
      "",
      "00-0-0-00",
      `00-${"0".repeat(32)}-${CALLER}-01`,
      `00-${TRACE.toUpperCase()}-${CALLER}-01`,
    ]) {
      expect((await infer({ traceparent: wrong })).headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}-/);
    }
    expect((await infer({ traceparent, "x-request-id": "mine" })).headers.get("x-request-id")).toBe("mine");
  });
});
