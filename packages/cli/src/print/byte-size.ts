const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;
const STEP = 1_000;

/** A file's size for people, such as `1.2 MB`. */
export function formatByteSize(sizeBytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(1, sizeBytes)) / Math.log(STEP)));
  const value = sizeBytes / STEP ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${UNITS[power]}`;
}

const WRITTEN = /^(\d+(?:\.\d+)?)\s*(k|m|g)?i?b?$/i;
const FACTORS: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** A size as it is typed, such as `64MB` (of 2^20 bytes each), in bytes; nothing where it is none. */
export function parseByteSize(written: string): number | undefined {
  const [, number, unit = ""] = WRITTEN.exec(written.trim()) ?? [];
  const factor = FACTORS[unit.toLowerCase()];
  return number === undefined || factor === undefined ? undefined : Math.floor(Number(number) * factor);
}
