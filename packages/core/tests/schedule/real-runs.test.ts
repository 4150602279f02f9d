import { afterEach, describe, expect, it } from "@jest/globals";
import { context, propagation, trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { encodeModel } from "@virga/conformance/onnx-model";
import { ServiceMetrics } from "../../src/metrics/service-metrics.ts";
import { Scheduler } from "../../src/schedule/scheduler.ts";
import type { Engine, Session } from "../../src/session/engine.ts";
import { observeSession } from "../../src/session/observe-session.ts";
import { createOnnxEngine } from "../../src/session/onnx-engine.ts";
import { disagreement } from "../../src/tensor/agreement.ts";
import { type Tensors, tensor } from "../../src/tensor/tensor.ts";
import { createWorkerEngine } from "../../src/workers/worker-engine.ts";
import { inline } from "../support/trial-models.ts";
import { SimulatedLanes } from "./simulated-lanes.ts";

const WIDTH = 64;
const CLIENTS = 12;
const REQUESTS = 15;

/** Inputs that no two requests share. */
function inputsOf(number: number): Tensors {
  const rows = 1 + (number % 3);
  const data = Float32Array.from({ length: rows * WIDTH }, (_, index) => Math.sin(number * 7 + index));
  return { x: tensor("float32", [rows, WIDTH], data) };
}

/** Runs clients at once, and gives the answers that are not what the session alone gives. */
async function wrongAnswers(scheduled: Session, alone: Session): Promise<unknown[]> {
  const wrong: unknown[] = [];
  const client = async (_: unknown, clientNumber: number): Promise<void> => {
    for (let request = 0; request < REQUESTS; request += 1) {
      const number = clientNumber * REQUESTS + request;
      const answer = await scheduled.run(inputsOf(number), { deadlineAtMs: performance.now() + 60_000 });
      const problem = disagreement(await alone.run(inputsOf(number)), answer, {});
      if (problem !== undefined) wrong.push(problem);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return wrong;
}

const ENGINES: readonly (readonly [string, () => Engine])[] = [
  ["the calling thread", () => createOnnxEngine({ threads: 1 })],
  ["workers", () => createWorkerEngine({ workers: 2, threads: 1 })],
];

/** Timers that are running, the test's own limit among them. */
function countTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}

describe("Scheduler in real time", () => {
  it.each(ENGINES)("gives what models give alone, on %s, and leaves no timer behind", async (_, createEngine) => {
    const engine = createEngine();
    const bytes = encodeModel(inline);
    const session = await engine.load({ kind: "bytes", bytes });
    const alone = await createOnnxEngine({ threads: 1 }).load({ kind: "bytes", bytes });
    expect(session.batchable).toBe(true);
    const scheduler = new Scheduler({ lanes: engine.lanes, maxQueued: 100, metrics: new ServiceMetrics() });
    const scheduled = scheduler.schedule(session, "m", { batching: "auto" });
    try {
      const timers = countTimers();
      expect(await wrongAnswers(scheduled, alone)).toEqual([]);
      expect(countTimers()).toBeLessThanOrEqual(timers);
    } finally {
      await Promise.all([scheduled.close(), scheduler.close(), alone.close()]);
      await engine.close?.();
    }
  });
});

describe("traces of runs that waited", () => {
  afterEach(() => {
    for (const api of [trace, context, propagation]) api.disable();
  });

  it("hold each run as part of the request that asked for it", async () => {
    const exporter = new InMemorySpanExporter();
    new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
    const metrics = new ServiceMetrics();
    const scheduler = new Scheduler({ lanes: new SimulatedLanes(1), maxQueued: 100, metrics });
    const plain: Session = {
      signature: { inputs: [], outputs: [] },
      unusableOutputs: [],
      run: () => new Promise((resolve) => setImmediate(() => resolve({}))),
      close: async () => undefined,
    };
    const session = scheduler.schedule(observeSession(plain, "m", metrics), "m", { batching: "off" });
    const requests = Array.from({ length: 5 }, () =>
      trace.getTracer("test").startActiveSpan("request", async (span) => {
        await session.run({});
        span.end();
        return span.spanContext().spanId;
      }),
    );
    const asked = await Promise.all(requests);
    const runs = exporter.getFinishedSpans().filter(({ name }) => name === "run");
    expect(runs.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(asked);
  });
});
