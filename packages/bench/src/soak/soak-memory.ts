import type { WatchedMemory } from "../overload/watched-memory.ts";

/** What a soak saw of the service's memory, in MB. */
export interface SoakMemory extends WatchedMemory {
  /** By how much more the main thread keeps at the end than after a quarter of the time, garbage collected both times. */
  readonly keptGrowthMegabytes: number;
}

/** Bounds of a soak's memory, in MB. */
export interface MemoryBounds {
  readonly mostPeakMegabytes: number;
  /** From the second quarter of the time to the last. */
  readonly mostGrowthMegabytes: number;
  readonly mostKeptGrowthMegabytes: number;
}

/** @returns what is above its bound, in words. */
export function excessMemory(
  { peakMegabytes, growthMegabytes, keptGrowthMegabytes }: SoakMemory,
  { mostPeakMegabytes, mostGrowthMegabytes, mostKeptGrowthMegabytes }: MemoryBounds,
): string[] {
  const excess: string[] = [];
  if (peakMegabytes > mostPeakMegabytes) {
    excess.push(`memory was ${peakMegabytes.toFixed(0)} MB at its peak, not ${mostPeakMegabytes} or less`);
  }
  if (growthMegabytes > mostGrowthMegabytes) {
    excess.push(`memory grew by ${growthMegabytes.toFixed(1)} MB from the second quarter to the last`);
  }
  if (!(keptGrowthMegabytes <= mostKeptGrowthMegabytes)) {
    excess.push(`the main thread keeps ${keptGrowthMegabytes.toFixed(1)} MB more at the end than after a quarter`);
  }
  return excess;
}
