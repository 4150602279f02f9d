import type { SoakSettings } from "./soak.ts";

/**
 * Shorter than this, everything happens more often, and all memory is still on its way up to its plateau, or that of a
 * worker that was just killed is missing: what a quarter of the time adds to it says less then.
 */
const LONG_SECONDS = 120;

const MEMORY = { mostPeakMegabytes: 512, mostKeptGrowthMegabytes: 4 };

/** How often what happens in a soak of that length. */
export function toSettings({ seconds, isolation }: Pick<SoakSettings, "seconds" | "isolation">): SoakSettings {
  return seconds < LONG_SECONDS
    ? { seconds, isolation, swapEveryMs: 4_000, killEveryMs: 8_000, memory: { ...MEMORY, mostGrowthMegabytes: 64 } }
    : { seconds, isolation, swapEveryMs: 30_000, killEveryMs: 20_000, memory: { ...MEMORY, mostGrowthMegabytes: 32 } };
}
