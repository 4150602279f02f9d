import { type App, createChangeReader, type Gain, type InferenceApp } from "@virga/core";

/** An instance that is busy writes no more often than this. */
const INTERVAL_MS = 10_000;

/**
 * An app that writes what it measures as structured log entries, one for each model (and code or outcome) in which
 * something has changed: log-based metrics take their values from `jsonPayload`. They are written with an answer, because
 * an instance has no processor after it, and with `close`, for which Cloud Run gives ten seconds before an instance ends.
 *
 * Source: Cloud Logging, "Log-based metrics", value and label extractors.
 */
export function reportMetrics(app: App, write: (line: string) => void, now: () => number = Date.now): InferenceApp {
  const readChanges = createChangeReader(app.metrics);
  let writtenAtMs = Number.NEGATIVE_INFINITY;

  function report(): void {
    writtenAtMs = now();
    for (const { labels, gains } of readChanges()) {
      const values = Object.fromEntries(gains.map((gain) => [gain.name, toValue(gain)]));
      const message = `Measured: ${Object.keys(values).join(", ")}`;
      write(`${JSON.stringify({ severity: "INFO", message, event: "metrics", ...labels, ...values })}\n`);
    }
  }

  return {
    async fetch(request, invocation) {
      const response = await app.fetch(request, invocation);
      if (now() - writtenAtMs >= INTERVAL_MS) report();
      return response;
    },
    warm: () => app.warm(),
    close: () => app.close().finally(report),
  };
}

function toValue({ kind, sum, count }: Gain): number | { count: number; sum: number; mean: number } {
  return kind === "counter" ? sum : { count, sum, mean: sum / count };
}
