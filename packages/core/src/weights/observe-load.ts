import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import { inSpan } from "../tracing/spans.ts";
import type { LoadedModel } from "./model-slot.ts";

/** A load that is measured, and traced where the process traces. */
export function observeLoad(
  load: () => Promise<LoadedModel>,
  model: string,
  metrics: ServiceMetrics,
): () => Promise<LoadedModel> {
  return () =>
    inSpan("load", { "virga.model": model }, async () => {
      const startMs = performance.now();
      let outcome = "failure";
      try {
        const loaded = await load();
        outcome = "success";
        return loaded;
      } finally {
        metrics.loadDuration.observeSince({ model, outcome }, startMs);
      }
    });
}
