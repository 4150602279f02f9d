import { InferenceError } from "../errors.ts";
import { Counter } from "./counter.ts";
import { Gauge } from "./gauge.ts";
import { Histogram } from "./histogram.ts";
import type { MetricFamily, MetricsSource, Sample } from "./metric-family.ts";

/** From a tiny model on a warm instance to the longest that a request may take. */
const REQUEST_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;
/** From no wait at all to the longest that a request may take. */
const QUEUE_SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60] as const;
/** Up to the most rows that are joined into one run. */
const BATCH_ROWS = [1, 2, 4, 8, 16, 32, 64] as const;
/** From a file in memory to some GB over the network. */
const LOAD_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const;

/** How an attempt to swap a model ended; `refused` is not tried again before the model changes once more. */
type SwapOutcome = "swapped" | "refused" | "failed";
const SWAP_OUTCOMES: readonly SwapOutcome[] = ["swapped", "refused", "failed"];

/**
 * All that one service measures. Labels are bounded by the config and the code, never by what callers send: `model` is an
 * endpoint's or a model's name and empty where no model was found, `route` a path as the router knows it.
 */
export class ServiceMetrics implements MetricsSource {
  readonly requests: Counter<"model" | "route" | "status"> = new Counter({
    name: "virga_requests_total",
    help: "Requests answered.",
    labels: ["model", "route", "status"],
  });
  readonly requestFailures: Counter<"model" | "code"> = new Counter({
    name: "virga_request_failures_total",
    help: "Requests answered with a failure, by its code; OVERLOADED and DEADLINE_EXCEEDED are load that was refused.",
    labels: ["model", "code"],
  });
  readonly requestDuration: Histogram<"model" | "route"> = new Histogram({
    name: "virga_request_duration_seconds",
    help: "From a request's headers to its answer, body and load included.",
    labels: ["model", "route"],
    bounds: REQUEST_SECONDS,
  });
  readonly requestBodyBytes: Counter<"model"> = new Counter({
    name: "virga_request_body_bytes_total",
    help: "Bodies of predictions, uncompressed.",
    labels: ["model"],
  });
  readonly responseBodyBytes: Counter<"model"> = new Counter({
    name: "virga_response_body_bytes_total",
    help: "Bodies of the answers to predictions.",
    labels: ["model"],
  });
  readonly runDuration: Histogram<"model"> = new Histogram({
    name: "virga_model_run_duration_seconds",
    help: "One run of a model, whether it succeeds or not.",
    labels: ["model"],
    bounds: REQUEST_SECONDS,
  });
  readonly queueDuration: Histogram<"model"> = new Histogram({
    name: "virga_queue_duration_seconds",
    help: "What a request waited for its run to begin; requests whose run never began are left out.",
    labels: ["model"],
    bounds: QUEUE_SECONDS,
  });
  readonly batchRows: Histogram<"model"> = new Histogram({
    name: "virga_batch_rows",
    help: "Rows in one run of a model whose requests may be joined.",
    labels: ["model"],
    bounds: BATCH_ROWS,
  });
  readonly loadDuration: Histogram<"model" | "outcome"> = new Histogram({
    name: "virga_model_load_duration_seconds",
    help: "One load of a model, its download included; outcome is success or failure.",
    labels: ["model", "outcome"],
    bounds: LOAD_SECONDS,
  });
  readonly swaps: Counter<"model" | "outcome"> = new Counter({
    name: "virga_model_swaps_total",
    help: "Attempts to swap a model: swapped, refused (the version before serves on) or failed (it is tried again).",
    labels: ["model", "outcome"],
  });
  /** Requests that have come and have no answer yet. */
  requestsInProgress = 0;
  readonly #serving = new Map<string, () => string | undefined>();
  readonly #queues = new Map<string, () => number>();

  /** Makes a model known before anything has happened to it. @param version that serves now; nothing while none does. */
  addModel(model: string, version: () => string | undefined): void {
    for (const outcome of SWAP_OUTCOMES) this.swaps.add({ model, outcome }, 0);
    this.#serving.set(model, version);
  }

  /** Makes a model's queue known. @param length requests that wait in it now. */
  addQueue(model: string, length: () => number): void {
    this.#queues.set(model, length);
  }

  /** Counts a swap that did not come about. */
  countFailedSwap(model: string, error: unknown): void {
    this.swaps.add({ model, outcome: InferenceError.is(error) && error.retryable ? "failed" : "refused" });
  }

  collect(): readonly MetricFamily[] {
    const inProgress = new Gauge("virga_requests_in_progress", "Requests under way.", () => this.requestsInProgress);
    const queueLength = new Gauge("virga_queue_length", "Requests that wait for a run.", () => this.#queueLengths());
    const info = new Gauge("virga_model_info", "1 for the version of a model that serves.", () => this.#versions());
    return [
      this.requests,
      this.requestFailures,
      this.requestDuration,
      inProgress,
      this.requestBodyBytes,
      this.responseBodyBytes,
      queueLength,
      this.queueDuration,
      this.batchRows,
      this.runDuration,
      this.loadDuration,
      this.swaps,
      info,
    ].map((metric) => metric.collect());
  }

  #queueLengths(): Sample[] {
    return [...this.#queues].map(([model, length]) => ({ labels: { model }, value: length() }));
  }

  #versions(): Sample[] {
    return [...this.#serving].flatMap(([model, serving]) => {
      const version = serving();
      return version === undefined ? [] : [{ labels: { model, version }, value: 1 }];
    });
  }
}
