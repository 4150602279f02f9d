import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { Counter } from "../../src/metrics/counter.ts";
import { Gauge } from "../../src/metrics/gauge.ts";
import { Histogram } from "../../src/metrics/histogram.ts";
import { ProcessMetrics } from "../../src/metrics/process-metrics.ts";
import { toPrometheusText } from "../../src/metrics/text-format.ts";
import { parsePrometheus } from "../support/parse-prometheus.ts";

/** Texts with what has to be escaped, and what must not be taken for an end of line. */
const labelText = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\\", '"', "\n", "\r", "{", "}", ",", "=", "n", "\u2028"),
    fc.string({ maxLength: 1 }),
  ),
});

describe("metrics", () => {
  it("gives back every label and every number that it is given", () => {
    const twoLabels = fc.tuple(labelText, labelText);
    fc.assert(
      fc.property(fc.array(fc.tuple(twoLabels, fc.double({ min: 0, max: 1e300, noNaN: true }))), (additions) => {
        const counter = new Counter({ name: "c_total", help: "Back\\slash\nand a line.", labels: ["a", "b"] });
        const sums = new Map<string, number>();
        for (const [[a, b], amount] of additions) {
          counter.add({ a, b }, amount);
          const key = JSON.stringify([a, b]);
          sums.set(key, (sums.get(key) ?? 0) + amount);
        }
        const parsed = parsePrometheus(toPrometheusText([counter.collect()]));
        const found = parsed.map(({ labels, value }) => [JSON.stringify([labels["a"], labels["b"]]), value]);
        expect(new Map(found as [string, number][])).toEqual(sums);
      }),
    );
  });

  it("sorts every value into the buckets that are not below it", () => {
    const bounds = [0.1, 1, 10];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...bounds), fc.double({ min: 0, max: 20, noNaN: true }))),
        (values) => {
          const histogram = new Histogram({ name: "h_seconds", help: "h", labels: ["m"], bounds });
          histogram.observe({ m: "other" }, 1);
          for (const value of values) histogram.observe({ m: "x" }, value);
          const samples = parsePrometheus(toPrometheusText([histogram.collect()])).filter(
            ({ labels }) => labels["m"] === "x",
          );
          if (values.length === 0) return expect(samples).toEqual([]);
          for (const bound of [...bounds, Number.POSITIVE_INFINITY]) {
            const bucket = samples.find(({ labels }) => labels["le"] === String(bound).replace("Infinity", "+Inf"));
            expect(bucket?.value).toBe(values.filter((value) => value <= bound).length);
          }
          expect(samples.find(({ name }) => name === "h_seconds_count")?.value).toBe(values.length);
          expect(samples.find(({ name }) => name === "h_seconds_sum")?.value).toBe(
            values.reduce((sum, value) => sum + value, 0),
          );
        },
      ),
    );
  });

  it("writes what is no ordinary number as the format has it", () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, 5e-324, -0];
    const gauge = new Gauge("g", "g", () =>
      values.map((value, index) => ({ labels: { index: String(index) }, value })),
    );
    expect(parsePrometheus(toPrometheusText([gauge.collect()])).map(({ value }) => value)).toEqual([
      ...values.slice(0, 5),
      0,
    ]);
  });

  it("tells the process's memory and how late its event loop is", async () => {
    const metrics = new ProcessMetrics();
    try {
      await sleep(100);
      const startMs = performance.now();
      while (performance.now() - startMs < 300);
      await sleep(50);
      const values = new Map(
        parsePrometheus(toPrometheusText(metrics.collect())).map(({ name, value }) => [name, value]),
      );
      expect(values.get("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
      expect(values.get("nodejs_heap_size_used_bytes")).toBeGreaterThan(1_000_000);
      expect(values.get("nodejs_eventloop_lag_max_seconds")).toBeGreaterThan(0.2);
    } finally {
      metrics.stop();
    }
  });
});
