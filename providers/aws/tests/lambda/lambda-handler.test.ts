import { createHash } from "node:crypto";
import { afterAll, describe, expect, it } from "@jest/globals";
import { createLambdaHandler, createStreamingHandler, type LambdaHandler } from "@virga/aws/lambda";
import {
  createLocalInvoke,
  createLocalStreamingInvoke,
  functionUrl,
  LOCAL_PLATFORM,
  sendThrough,
} from "@virga/conformance/lambda-front";
import { encodeModel } from "@virga/conformance/onnx-model";
import { createApp, definePredictor, type InferenceApp } from "@virga/core";
import { CONTEXT } from "./support/context.ts";
import { toService } from "./support/to-service.ts";

/** `Y = X + X` over `int64[rows]`. */
const doubler = encodeModel({
  inputs: [{ name: "X", tensor: "int64", shape: ["rows"] }],
  outputs: [{ name: "Y", tensor: "int64", shape: ["rows"] }],
  operations: [{ operator: "Add", inputs: ["X", "X"], outputs: ["Y"] }],
});
const identity = encodeModel({
  inputs: [{ name: "X", tensor: "float32", shape: ["rows"] }],
  outputs: [{ name: "Y", tensor: "float32", shape: ["rows"] }],
  operations: [{ operator: "Identity", inputs: ["X"], outputs: ["Y"] }],
});
const source = { kind: "bytes", bytes: doubler } as const;
const apps: InferenceApp[] = [];
afterAll(() => Promise.all(apps.map((app) => app.close())));

function handlerOf(...[options]: Parameters<typeof createApp>): LambdaHandler {
  const app = createApp(options);
  apps.push(app);
  return createLambdaHandler(toService(app));
}

const infer = { inputs: [{ name: "X", shape: [2], datatype: "INT64", data: [1, 2] }] };

describe("a direct invocation", () => {
  const handler = handlerOf({ models: { doubler: { source } } });

  it("gets the answer's document", async () => {
    expect(await handler({ id: "7", ...infer }, CONTEXT)).toEqual({
      model_name: "doubler",
      model_version: "1",
      id: "7",
      outputs: [{ name: "Y", shape: [2], datatype: "INT64", data: [2, 4] }],
    });
    expect(await handler({ instances: [3] }, CONTEXT)).toEqual({ predictions: [6] });
    expect(await handler({ X: [5] }, CONTEXT)).toEqual({ Y: [10] });
  });

  it("gets numbers as they are, which doubles would not hold", async () => {
    const invoke = createLocalInvoke(handler);
    const answered = await invoke('{"X":[4611686018427387904,2305843009213694976]}');
    expect(answered).toEqual({ kind: "result", text: '{"Y":[-9223372036854775808,4611686018427389952]}' });
    const signed = handlerOf({ models: { same: { source: { kind: "bytes", bytes: identity } } } });
    expect(await createLocalInvoke(signed)('{"X":[-0.0,0,-1]}')).toEqual({ kind: "result", text: '{"Y":[-0.0,0,-1]}' });
  });

  it("fails by the failure's code, without a stack of ours", async () => {
    const failure = await handler({ X: ["no number"] }, CONTEXT).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "INPUT_INVALID", message: expect.stringContaining("X") });
    expect(failure).toHaveProperty("stack", expect.not.stringContaining("\n    at "));
  });

  it.each([null, 7, "text", [], {}, { source: "aws.events", "detail-type": "Scheduled Event" }])(
    "that is no document is the caller's failure: %j",
    async (event) => {
      await expect(handler(event, CONTEXT)).rejects.toMatchObject({ name: "INPUT_INVALID" });
    },
  );

  it("names the model of a service with several", async () => {
    const several = handlerOf({ models: { one: { source }, two: { source } } });
    expect(await several({ model_name: "two", ...infer }, CONTEXT)).toMatchObject({ model_name: "two" });
    expect(await several({ model_name: "two", instances: [1] }, CONTEXT)).toEqual({ predictions: [2] });
    await expect(several({ model_name: "../v2", ...infer }, CONTEXT)).rejects.toMatchObject({ name: "MODEL_UNKNOWN" });
    await expect(several(infer, CONTEXT)).rejects.toMatchObject({ name: "MODEL_UNKNOWN" });
  });

  it("is told that its answer is no JSON", async () => {
    const binary = { ...infer, parameters: { binary_data_output: true } };
    await expect(handler(binary, CONTEXT)).rejects.toMatchObject({ name: "UNSUPPORTED" });
  });

  it("needs no API key, which requests over HTTP do", async () => {
    const apiKeySha256 = createHash("sha256").update("k".repeat(32)).digest("hex");
    const guarded = handlerOf({ models: { doubler: { source } }, apiKeySha256 });
    expect(await guarded({ X: [1] }, CONTEXT)).toEqual({ Y: [2] });
    const request = new Request("http://localhost/v2/health/live");
    const response = await sendThrough(functionUrl, createLocalInvoke(guarded), request);
    expect(response.status).toBe(401);
  });

  it("of the streaming handler gets JSON without a head, or fails", async () => {
    const app = createApp({ models: { doubler: { source } } });
    apps.push(app);
    const invoke = createLocalStreamingInvoke(createStreamingHandler(toService(app), LOCAL_PLATFORM));
    const answered = await invoke('{"X":[9007199254740991]}');
    expect(answered).toMatchObject({ kind: "stream", contentType: "application/json" });
    expect(answered.kind === "stream" && Buffer.from(answered.bytes).toString()).toBe('{"Y":[18014398509481982]}');
    expect(await invoke('{"X":["no number"]}')).toMatchObject({ kind: "error", errorType: "INPUT_INVALID" });
  });
});

describe("the deadline", () => {
  it("is Lambda's own, less what the answer takes", async () => {
    const predictor = definePredictor({ predict: () => new Promise<never>(() => undefined) });
    const handler = handlerOf({ models: { doubler: { source } }, predictor });
    const context = { awsRequestId: "late", getRemainingTimeInMillis: () => 560 };
    await expect(handler({ X: [1] }, context)).rejects.toMatchObject({ name: "DEADLINE_EXCEEDED" });
    const invoke = createLocalInvoke((event) => handler(event, context));
    const request = new Request("http://localhost/predict", { method: "POST", body: '{"X":[1]}' });
    const response = await sendThrough(functionUrl, invoke, request);
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ code: "DEADLINE_EXCEEDED", requestId: "late" });
  });
});

describe("an answer's size", () => {
  const answerOf = (body: string | Uint8Array<ArrayBuffer>, type: string): Promise<Response> => {
    const app = {
      fetch: async () => new Response(body, { headers: { "content-type": type } }),
      warm: async () => undefined,
      close: async () => undefined,
    };
    const invoke = createLocalInvoke(createLambdaHandler(toService(app)));
    return sendThrough(functionUrl, invoke, new Request("http://localhost/predict", { method: "POST", body: "{}" }));
  };

  it.each([
    ["text", "x".repeat(6_291_300), "text/plain"],
    ["binary", new Uint8Array(4_718_400), "application/octet-stream"],
    ["text that grows sixfold", "\u0001".repeat(1_048_500), "application/json"],
  ])("may be just below the limit: %s", async (_, body, type) => {
    const response = await answerOf(body, type);
    expect(response.status).toBe(200);
    expect((await response.arrayBuffer()).byteLength).toBe(typeof body === "string" ? body.length : body.byteLength);
  });

  it.each([
    ["text", "x".repeat(6_291_556), "text/plain"],
    ["binary", new Uint8Array(4_718_700), "application/octet-stream"],
    ["text that grows sixfold", "\u0001".repeat(1_048_600), "application/json"],
  ])("beyond the limit says what to do: %s", async (_, body, type) => {
    const response = await answerOf(body, type);
    expect(response.status).toBe(501);
    const failure = { code: "OUTPUT_TOO_LARGE", error: expect.stringContaining("aws.streaming: true") };
    expect(await response.json()).toMatchObject(failure);
  });
});

describe("chores", () => {
  const app = {
    fetch: async () => Response.json({ done: true }),
    warm: async () => undefined,
    close: async () => undefined,
  };

  it("are over before the invocation is", async () => {
    let finish: () => void = () => undefined;
    const chores = () => new Promise<void>((resolve) => (finish = resolve));
    const handler = createLambdaHandler({ ...toService(app), chores });
    let isOver = false;
    const invocation = handler({ X: [1] }, CONTEXT).then((result) => {
      isOver = true;
      return result;
    });
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    finish();
    expect(await invocation).toEqual({ done: true });
  });

  it("that hang do not cost the answer", async () => {
    const handler = createLambdaHandler({ ...toService(app), chores: () => new Promise(() => undefined) });
    const context = { awsRequestId: "slow", getRemainingTimeInMillis: () => 520 };
    expect(await handler({ X: [1] }, context)).toEqual({ done: true });
  });
});
