import type { SoakSettings } from "./soak.ts";

/** Shorter than this, everything happens more often, and the heap is still on its way up to its plateau. */
const LONG_SECONDS = 120;

/** How often what happens in a soak of that length. */
export function toSettings({ seconds, isolation }: Pick<SoakSettings, "seconds" | "isolation">): SoakSettings {
  return seconds < LONG_SECONDS
    ? { seconds, isolation, swapEveryMs: 4_000, killEveryMs: 8_000, mostGrowthMegabytes: 64 }
    : { seconds, isolation, swapEveryMs: 30_000, killEveryMs: 20_000, mostGrowthMegabytes: 32 };
}
