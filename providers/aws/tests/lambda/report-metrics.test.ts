import { afterEach, describe, expect, it } from "@jest/globals";
import { createLambdaHandler, createMetricsReport } from "@virga/aws/lambda";
import { encodeModel } from "@virga/conformance/onnx-model";
import { type App, createApp } from "@virga/core";
import { CONTEXT } from "./support/context.ts";
import { toService } from "./support/to-service.ts";

type Line = Readonly<Record<string, unknown>> & {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
};

const bytes = encodeModel({
  inputs: [{ name: "X", tensor: "float32", shape: ["N"] }],
  outputs: [{ name: "Y", tensor: "float32", shape: ["N"] }],
  operations: [{ operator: "Add", inputs: ["X", "X"], outputs: ["Y"] }],
});
const UNITS = ["Seconds", "Bytes", "Count"];
const lines: string[] = [];
let app: App;

function serve(everyRequest: boolean): (event: unknown) => Promise<unknown> {
  app = createApp({ models: { double: { source: { kind: "bytes", bytes } } } });
  const report = createMetricsReport(app.metrics, { service: "doubles", everyRequest }, (line) => lines.push(line));
  const handler = createLambdaHandler({ ...toService(app), report });
  return (event) => handler(event, CONTEXT).catch((error: Error) => error.name);
}

/** What has been written since the last time, held against the specification's schema and limits. */
function take(): Line[] {
  return lines.splice(0).map((text) => {
    expect(text.endsWith("}\n") && text.indexOf("\n") === text.length - 1).toBe(true);
    expect(text.length).toBeLessThan(1_000_000);
    const line: Line = JSON.parse(text);
    const { Timestamp, CloudWatchMetrics } = line._aws;
    expect(Number.isInteger(Timestamp) && Math.abs(Timestamp - Date.now()) < 60_000).toBe(true);
    expect(Object.keys(line._aws).sort()).toEqual(["CloudWatchMetrics", "Timestamp"]);
    for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
      expect(Namespace).toMatch(/^[\w./#:-]{1,255}$/);
      expect(Dimensions.length).toBeGreaterThan(0);
      for (const set of Dimensions) {
        expect(set.length).toBeLessThanOrEqual(30);
        for (const name of set) expect(line[name]).toEqual(expect.stringMatching(/^.{1,1024}$/));
      }
      expect(Metrics.length).toBeGreaterThan(0);
      expect(Metrics.length).toBeLessThanOrEqual(100);
      for (const { Name, Unit } of Metrics) {
        expect(UNITS).toContain(Unit);
        const values = [line[Name]].flat();
        expect(values.length).toBeLessThanOrEqual(100);
        expect(values.every((value) => Number.isFinite(value))).toBe(true);
      }
    }
    return line;
  });
}

afterEach(async () => {
  lines.length = 0;
  await app.close();
});

describe("metrics of a function", () => {
  it("are lines of what is rare: nothing for an invocation that goes well", async () => {
    const invoke = serve(false);
    expect(await invoke({ X: [1] })).toEqual({ Y: [2] });
    expect(take()).toMatchObject([
      {
        service: "doubles",
        model: "double",
        outcome: "success",
        virga_model_load_duration_seconds: expect.any(Number),
      },
    ]);
    await invoke({ X: [1] });
    expect(take()).toEqual([]);
    expect(await invoke({ X: "?" })).toBe("INPUT_INVALID");
    expect(take()).toMatchObject([{ model: "double", code: "INPUT_INVALID", virga_request_failures_total: 1 }]);
    await app.reloadModel("double");
    await invoke({ X: [1] });
    const [, swap] = take();
    expect(swap).toMatchObject({ model: "double", outcome: "swapped", virga_model_swaps_total: 1 });
    expect(swap?._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: "Virga",
        Dimensions: [["service", "model", "outcome"]],
        Metrics: [{ Name: "virga_model_swaps_total", Unit: "Count" }],
      },
    ]);
  });

  it("are one line for each invocation where that is asked for", async () => {
    const invoke = serve(true);
    await invoke({ X: [1] });
    take();
    await invoke({ X: [1, 2] });
    const [line, ...others] = take();
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      service: "doubles",
      model: "double",
      virga_requests_total: 1,
      virga_request_duration_seconds: expect.any(Number),
      virga_model_run_duration_seconds: expect.any(Number),
      virga_request_body_bytes_total: '{"X":[1,2]}'.length,
      virga_response_body_bytes_total: '{"Y":[2,4]}'.length,
    });
    expect(line?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([["service", "model"]]);
  });

  it("of several observations at once have their number and their sum", async () => {
    const invoke = serve(true);
    await Promise.all(
      Array.from({ length: 5 }, () =>
        app.fetch(new Request("http://x/predict", { method: "POST", body: '{"X":[1]}' })),
      ),
    );
    await invoke({ X: [1] });
    const values = take().find((line) => "virga_requests_total" in line)?.["virga_queue_duration_seconds"];
    expect(values).toHaveLength(6);
  });
});
