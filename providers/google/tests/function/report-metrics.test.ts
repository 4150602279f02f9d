import { describe, expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import { createApp } from "@virga/core";
import { reportMetrics } from "../../src/function/report-metrics.ts";

const bytes = encodeModel({
  inputs: [{ name: "X", tensor: "float32", shape: ["N"] }],
  outputs: [{ name: "Y", tensor: "float32", shape: ["N"] }],
  operations: [{ operator: "Add", inputs: ["X", "X"], outputs: ["Y"] }],
});

function predict(body = '{"X":[1]}'): Request {
  return new Request("http://localhost/predict", { method: "POST", body });
}

describe("metrics of a function on Google Cloud", () => {
  it("are entries of what has changed: with the first answer, seldom after it, and the rest before the end", async () => {
    const lines: Record<string, unknown>[] = [];
    const take = () => lines.splice(0);
    let nowMs = 0;
    const model = { source: { kind: "bytes", bytes } } as const;
    const write = (line: string) => lines.push(JSON.parse(line));
    const app = reportMetrics(createApp({ models: { double: model } }), write, () => nowMs);
    await app.fetch(predict());
    expect(take()).toMatchObject([
      { severity: "INFO", event: "metrics", model: "double", virga_requests_total: 1 },
      { model: "double", outcome: "success", virga_model_load_duration_seconds: { count: 1 } },
    ]);
    nowMs = 9_999;
    await app.fetch(predict());
    await app.fetch(predict("{"));
    expect(take()).toEqual([]);
    nowMs = 10_000;
    await app.fetch(predict());
    expect(take()).toMatchObject([
      {
        model: "double",
        virga_requests_total: 3,
        virga_request_duration_seconds: { count: 3, sum: expect.any(Number), mean: expect.any(Number) },
        virga_model_run_duration_seconds: { count: 2 },
      },
      { model: "double", code: "INPUT_INVALID", virga_request_failures_total: 1 },
    ]);
    await app.fetch(predict());
    await app.close();
    expect(take()).toMatchObject([{ model: "double", virga_requests_total: 1 }]);
  });
});
