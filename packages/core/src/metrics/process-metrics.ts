import type { IntervalHistogram } from "node:perf_hooks";
import { Gauge } from "./gauge.ts";
import type { MetricFamily, MetricsSource } from "./metric-family.ts";

const NANOSECONDS = 1e9;
/** Every so often the event loop is asked how late it is. */
const RESOLUTION_MS = 20;

/** Memory and event loop of this process, under the names that dashboards for Node know. */
export class ProcessMetrics implements MetricsSource {
  readonly #delay: IntervalHistogram;

  constructor() {
    // Imported, it would cost functions, which do without it, 3 ms of every cold start.
    const { monitorEventLoopDelay } = process.getBuiltinModule("node:perf_hooks");
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delay.enable();
  }

  /** Delays of the event loop are those since the last collection. */
  collect(): readonly MetricFamily[] {
    const { rss, heapUsed } = process.memoryUsage();
    const delays = [50, 99, 100].map((percentile) => this.#delaySeconds(percentile));
    this.#delay.reset();
    const [p50 = 0, p99 = 0, max = 0] = delays;
    return [
      gauge("process_resident_memory_bytes", "Memory that the process holds.", rss),
      gauge("nodejs_heap_size_used_bytes", "Memory of JavaScript's objects.", heapUsed),
      gauge("nodejs_eventloop_lag_p50_seconds", "Half of the event loop's turns were later than this.", p50),
      gauge("nodejs_eventloop_lag_p99_seconds", "One in a hundred of its turns was later than this.", p99),
      gauge("nodejs_eventloop_lag_max_seconds", "Its latest turn.", max),
    ];
  }

  stop(): void {
    this.#delay.disable();
  }

  /** What Node measures is the time between two turns of a timer, its period included. */
  #delaySeconds(percentile: number): number {
    return Math.max(0, this.#delay.percentile(percentile) / NANOSECONDS - RESOLUTION_MS / 1_000);
  }
}

function gauge(name: string, help: string, value: number): MetricFamily {
  return new Gauge(name, help, () => value).collect();
}
