import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import {
  type AppOptions,
  createApp,
  createOnnxEngine,
  definePredictor,
  type Engine,
  InferenceError,
} from "@virga/core";
import type { OpenAdapter, OpenedAdapter } from "./adapter-harness.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { encodeModel } from "./onnx-model/onnx-model.ts";
import { assertSameJson } from "./same.ts";

const ORIGIN = "http://127.0.0.1";

/** `Y = X + X` over `float32[rows, 2]`. */
const doubler = encodeModel({
  inputs: [{ name: "X", tensor: "float32", shape: ["rows", 2] }],
  outputs: [{ name: "Y", tensor: "float32", shape: ["rows", 2] }],
  operations: [{ operator: "Add", inputs: ["X", "X"], outputs: ["Y"] }],
});

const models: AppOptions["models"] = { doubler: { source: { kind: "bytes", bytes: doubler } } };

async function withService(
  open: OpenAdapter,
  options: Partial<AppOptions>,
  work: (adapter: OpenedAdapter) => Promise<void>,
): Promise<void> {
  const adapter = await open(createApp({ models, ...options }));
  try {
    await work(adapter);
  } finally {
    await adapter.close();
  }
}

function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Request {
  return new Request(`${ORIGIN}${path}`, { method: "POST", body, headers });
}

const json = { "content-type": "application/json" };
const instances = '{"instances":[[1,2],[3,4]]}';

/** A case that asks the real service once. */
function asking(
  name: string,
  request: () => Request,
  check: (response: Response, text: string, adapter: OpenedAdapter) => void,
  options: Partial<AppOptions> = {},
): ConformanceCase<OpenAdapter> {
  return {
    name: `service: ${name}`,
    run: (open) =>
      withService(open, options, async (adapter) => {
        const response = await adapter.send(request());
        check(response, await response.text(), adapter);
      }),
  };
}

function refusing(
  name: string,
  status: number,
  code: string,
  request: () => Request,
  options: Partial<AppOptions> = {},
): ConformanceCase<OpenAdapter> {
  return asking(
    `${name} is ${status} ${code}`,
    request,
    (response, text) => {
      assert.equal(response.status, status, text);
      const body: unknown = JSON.parse(text);
      assert.ok(typeof body === "object" && body !== null && "error" in body && "code" in body, text);
      assert.equal(body.code, code);
      assert.ok(!/\n\s+at /.test(String(body.error)), "the answer holds a stack trace");
    },
    options,
  );
}

/** One float32[1,2] tensor in Open Inference binary form, the answer binary as well. */
function binaryInfer(): Request {
  const header = JSON.stringify({
    inputs: [{ name: "X", datatype: "FP32", shape: [1, 2], parameters: { binary_data_size: 8 } }],
    parameters: { binary_data_output: true },
  });
  const body = Buffer.concat([Buffer.from(header), Buffer.from(Float32Array.of(0.1, -2).buffer)]);
  const request = post("/v2/models/doubler/infer", new Uint8Array(body), {
    "inference-header-content-length": String(Buffer.byteLength(header)),
  });
  request.headers.delete("content-type");
  return request;
}

const answers: ConformanceCase<OpenAdapter>[] = [
  asking(
    "rows in JSON",
    () => post("/predict", instances, json),
    (response, text) => {
      assert.equal(response.status, 200, text);
      assertSameJson(JSON.parse(text), {
        predictions: [
          [2, 4],
          [6, 8],
        ],
      });
    },
  ),
  asking(
    "gzip",
    () => post("/predict", new Uint8Array(gzipSync(instances)), { ...json, "content-encoding": "gzip" }),
    (response, text, { readsTextBodies }) => {
      if (readsTextBodies === true && response.status === 400) return assert.match(text, /application\/octet-stream/);
      assert.equal(response.status, 200, text);
      assertSameJson(JSON.parse(text), {
        predictions: [
          [2, 4],
          [6, 8],
        ],
      });
    },
  ),
  {
    name: "service: binary tensors without a content type, exact both ways",
    run: (open) =>
      withService(open, {}, async (adapter) => {
        const response = await adapter.send(binaryInfer());
        const bytes = Buffer.from(await response.arrayBuffer());
        assert.equal(response.status, 200, bytes.toString());
        const headerBytes = Number(response.headers.get("inference-header-content-length"));
        const tensor = bytes.subarray(headerBytes);
        assertSameJson([tensor.readFloatLE(0), tensor.readFloatLE(4)], [Math.fround(Math.fround(0.1) * 2), -4]);
      }),
  },
  asking(
    "live",
    () => new Request(`${ORIGIN}/v2/health/live`),
    (response) => assert.equal(response.status, 200),
  ),
];

const refusals: ConformanceCase<OpenAdapter>[] = [
  refusing("damaged JSON", 400, "INPUT_INVALID", () => post("/predict", '{"instances":[[1,2', json)),
  refusing("a wrong shape", 400, "INPUT_INVALID", () => post("/predict", '{"instances":[[1,2,3]]}', json)),
  refusing("an unknown model", 404, "MODEL_UNKNOWN", () => post("/v2/models/none/infer", "{}", json)),
  refusing("an unknown version", 404, "MODEL_UNKNOWN", () => post("/v2/models/doubler/versions/7/infer", "{}", json)),
  refusing("an unknown path", 404, "ROUTE_UNKNOWN", () => new Request(`${ORIGIN}/nothing/here`)),
  refusing("a wrong method", 405, "METHOD_NOT_ALLOWED", () => new Request(`${ORIGIN}/predict`)),
  refusing("a body over the limit", 413, "INPUT_TOO_LARGE", () => post("/predict", instances, json), {
    limits: { maxRequestBytes: 8 },
  }),
  refusing("an unknown media type", 415, "MEDIA_TYPE_UNSUPPORTED", () =>
    post("/predict", "<a/>", { "content-type": "application/xml" }),
  ),
  refusing("a model that cannot be read", 500, "WEIGHTS_CORRUPT", () => post("/predict", instances, json), {
    models: { doubler: { source: { kind: "bytes", bytes: doubler.subarray(0, 40) } } },
  }),
  refusing("a predictor's own failure", 500, "INTERNAL", () => post("/predict", instances, json), {
    predictor: definePredictor({ predict: () => Promise.reject(new Error("secret-text")) }),
  }),
  refusing("an answer that does not come in time", 504, "DEADLINE_EXCEEDED", () => post("/predict", instances, json), {
    limits: { timeoutMs: 30 },
    predictor: definePredictor({ predict: () => new Promise<never>(() => undefined) }),
  }),
];

/** The real engine, counting loads, the first `failures` of which fail. */
function countingEngine(failures: number): Engine & { readonly loads: number } {
  const engine = createOnnxEngine();
  let loads = 0;
  return {
    platform: engine.platform,
    get loads() {
      return loads;
    },
    load(source) {
      loads += 1;
      if (loads > failures) return engine.load(source);
      return Promise.reject(new InferenceError("WEIGHTS_UNREACHABLE", "The store does not answer."));
    },
  };
}

const loading: ConformanceCase<OpenAdapter>[] = [
  {
    name: "service: eight first requests share one load",
    async run(open) {
      const engine = countingEngine(0);
      await withService(open, { engine }, async (adapter) => {
        const first = Array.from({ length: 8 }, () => adapter.send(post("/predict", instances, json)));
        const statuses = (await Promise.all(first)).map((response) => response.status);
        assertSameJson(statuses, Array(8).fill(200));
        assert.equal(engine.loads, 1);
      });
    },
  },
  {
    name: "service: a failed load is tried again by the next request",
    async run(open) {
      const engine = countingEngine(1);
      await withService(open, { engine }, async (adapter) => {
        const failed = await adapter.send(post("/predict", instances, json));
        assert.equal(failed.status, 503);
        assert.ok(failed.headers.get("retry-after"), "no Retry-After");
        assert.equal((await adapter.send(post("/predict", instances, json))).status, 200);
      });
    },
  },
  {
    name: "service: more requests than allowed are refused with 503 and Retry-After, the others answered",
    async run(open) {
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const predictor = definePredictor({
        async predict(inputs, context) {
          await gate;
          return context.model().run(inputs);
        },
      });
      await withService(
        open,
        { predictor, limits: { maxConcurrentRequests: 1, timeoutMs: 5_000 } },
        async (adapter) => {
          const first = adapter.send(post("/predict", instances, json));
          const second = adapter.send(post("/predict", instances, json));
          const refused = await Promise.race([first, second]);
          assert.equal(refused.status, 503);
          assert.ok(refused.headers.get("retry-after"), "no Retry-After");
          release();
          const statuses = (await Promise.all([first, second])).map((response) => response.status);
          assertSameJson(statuses.sort(), [200, 503]);
        },
      );
    },
  },
];

/** What the whole service owes behind any adapter: real models, real limits, real failures. */
export const ADAPTER_SERVICE_CASES: readonly ConformanceCase<OpenAdapter>[] = [...answers, ...refusals, ...loading];
