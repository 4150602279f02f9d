import type { HistogramSample, Labels, MetricFamily, Sample } from "./metric-family.ts";

/** The media type of what `toPrometheusText` writes. */
export const PROMETHEUS_TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Measurements as Prometheus reads them. Source: Prometheus, "Exposition formats", text format 0.0.4. */
export function toPrometheusText(families: readonly MetricFamily[]): string {
  return families.map(toText).join("");
}

function toText(family: MetricFamily): string {
  const { name, help, kind } = family;
  const lines = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${kind}`];
  if (family.kind === "histogram") lines.push(...family.samples.flatMap((sample) => histogramLines(name, sample)));
  else lines.push(...family.samples.map(({ labels, value }) => toLine(name, labels, value)));
  return `${lines.join("\n")}\n`;
}

function histogramLines(name: string, { labels, buckets, count, sum }: HistogramSample): string[] {
  const upToAny = { upTo: Number.POSITIVE_INFINITY, count };
  return [
    ...[...buckets, upToAny].map((bucket) =>
      toLine(`${name}_bucket`, { ...labels, le: toNumber(bucket.upTo) }, bucket.count),
    ),
    toLine(`${name}_sum`, labels, sum),
    toLine(`${name}_count`, labels, count),
  ];
}

function toLine(name: string, labels: Labels, value: Sample["value"]): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${toNumber(value)}`;
}

function toNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
