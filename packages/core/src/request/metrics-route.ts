import type { MetricsSource } from "../metrics/metric-family.ts";
import { PROMETHEUS_TEXT_TYPE, toPrometheusText } from "../metrics/text-format.ts";
import { textAnswer } from "./answer.ts";
import type { Route } from "./route.ts";

/** The route where Prometheus finds what these have measured. */
export function metricsRoute(sources: readonly MetricsSource[]): Route {
  return {
    method: "GET",
    path: "/metrics",
    handle: () => {
      const text = toPrometheusText(sources.flatMap((source) => source.collect()));
      return textAnswer(200, { "content-type": PROMETHEUS_TEXT_TYPE }, text);
    },
  };
}
