import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import { inSpan } from "../tracing/spans.ts";
import type { Session } from "./engine.ts";

/** A session whose runs are measured, and traced where the process traces. */
export function observeSession(session: Session, model: string, metrics: ServiceMetrics): Session {
  const labels = { model };
  const attributes = { "virga.model": model };
  return {
    signature: session.signature,
    unusableOutputs: session.unusableOutputs,
    batchable: session.batchable ?? false,
    onPaceChange: (listener) => session.onPaceChange?.(listener),
    close: () => session.close(),
    run: (inputs, options) =>
      inSpan("run", attributes, async () => {
        const startMs = performance.now();
        try {
          return await session.run(inputs, options);
        } finally {
          metrics.runDuration.observeSince(labels, startMs);
        }
      }),
  };
}
