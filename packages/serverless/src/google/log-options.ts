import { InferenceError } from "@virga/core";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DEFAULT_MS = 10 * 60_000;

/**
 * Since when logs are read: `30m`, `2h`, `1d`, or a date; ten minutes ago where nothing is said.
 *
 * @throws InferenceError `CONFIG_INVALID` for anything else.
 */
export function readSince(written: string | undefined, now: Date): Date {
  if (written === undefined) return new Date(now.getTime() - DEFAULT_MS);
  const [, amount, unit = ""] = /^(\d+)([smhd])$/.exec(written) ?? [];
  const unitMs = UNIT_MS[unit];
  const since =
    amount === undefined || unitMs === undefined
      ? new Date(written)
      : new Date(now.getTime() - Number(amount) * unitMs);
  if (!Number.isNaN(since.getTime())) return since;
  throw new InferenceError(
    "CONFIG_INVALID",
    `--startTime ${written} is no time: write one such as 30m, 2h or 2026-11-22.`,
  );
}
