import { percentile } from "../throughput/percentile.ts";
import type { SoakReport, SoakSettings } from "./soak.ts";

const MOST_SHOWN = 50;

/** What a soak found, for people: what happened how often, what was held, and every violation by its request. */
export function toSoakText(
  { seconds, swapEveryMs }: SoakSettings,
  { record, memory, before, after }: SoakReport,
): string {
  const { goodMs, violations } = record;
  const took = (share: number): string => (goodMs.length === 0 ? 0 : percentile(goodMs, share)).toFixed(0);
  const counts = [...record.counts].toSorted(([left], [right]) => left.localeCompare(right));
  const holdings = Object.entries(after).map(([name, count]) => {
    return `${count} ${name} (${before[name as keyof typeof before]} at first)`;
  });
  return [
    `soak of ${seconds} s, swaps every ${swapEveryMs / 1000} s`,
    ...counts.map(([what, count]) => `  ${String(count).padStart(8)}  ${what}`),
    `right answers took ${took(0.5)} ms at the median, ${took(0.99)} ms at p99, ${took(1)} ms at most`,
    `memory: ${memory.peakMegabytes.toFixed(0)} MB at its peak, ${memory.growthMegabytes.toFixed(1)} MB more in the last quarter than in the second`,
    `kept by the main thread: ${memory.keptGrowthMegabytes.toFixed(1)} MB more at the end than after a quarter of the time`,
    `at the end: ${holdings.join(", ")}`,
    `${violations.length} violations`,
    ...violations.slice(0, MOST_SHOWN).map((violation) => `  - ${violation}`),
    ...(violations.length > MOST_SHOWN ? [`  … and ${violations.length - MOST_SHOWN} more`] : []),
  ].join("\n");
}
