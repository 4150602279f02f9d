import type { SoakSettings } from "./soak.ts";

/** Shorter than this, everything happens more often. */
const LONG_SECONDS = 120;

export function toSettings(seconds: number): SoakSettings {
  return seconds < LONG_SECONDS
    ? { seconds, swapEveryMs: 4_000, killEveryMs: 8_000 }
    : { seconds, swapEveryMs: 30_000, killEveryMs: 20_000 };
}
