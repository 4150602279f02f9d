import { createChangeReader, type Gain, type Labels, type MetricsSource } from "@virga/core";

const NAMESPACE = "Virga";
/** CloudWatch takes so many values of a metric from one line. */
const MOST_VALUES = 100;
/** What is rare, and what Lambda cannot know. */
const ALWAYS: ReadonlySet<string> = new Set([
  "virga_request_failures_total",
  "virga_model_load_duration_seconds",
  "virga_model_swaps_total",
]);

/** Which measurements are reported. */
export interface MetricsReportOptions {
  /** Name of the service, which every metric carries. */
  readonly service: string;
  /**
   * Also what each prediction changes. Lambda counts and times invocations itself, at no charge; a line for each of them
   * costs more than the invocation: about 0.7 KB in CloudWatch Logs.
   */
  readonly everyRequest: boolean;
}

/**
 * Writes what has been measured since the call before as lines from which CloudWatch makes metrics: failures, loads and
 * swaps by model, code and outcome. Nothing has to be sent, so nothing is lost when the instance is frozen after it.
 *
 * Source: CloudWatch user guide, "Specification: Embedded metric format".
 */
export function createMetricsReport(
  source: MetricsSource,
  { service, everyRequest }: MetricsReportOptions,
  write: (line: string) => void,
): () => void {
  const readChanges = createChangeReader(source);
  return () => {
    for (const { labels, gains } of readChanges()) {
      const reported = everyRequest ? gains : gains.filter(({ name }) => ALWAYS.has(name));
      if (reported.length > 0) write(`${JSON.stringify(toDocument({ service, ...labels }, reported))}\n`);
    }
  };
}

function toDocument(dimensions: Labels, gains: readonly Gain[]): object {
  const metrics = gains.map(({ name }) => ({ Name: name, Unit: unitOf(name) }));
  return {
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: metrics }],
    },
    ...dimensions,
    ...Object.fromEntries(gains.map((gain) => [gain.name, toValue(gain)])),
  };
}

/** What a counter has gained; what a histogram has observed: the value, or the mean as often as there were several. */
function toValue({ kind, sum, count }: Gain): number | number[] {
  if (kind === "counter" || count === 1) return sum;
  return Array<number>(Math.min(count, MOST_VALUES)).fill(sum / count);
}

function unitOf(name: string): "Seconds" | "Bytes" | "Count" {
  if (name.endsWith("_seconds")) return "Seconds";
  return name.endsWith("_bytes_total") ? "Bytes" : "Count";
}
