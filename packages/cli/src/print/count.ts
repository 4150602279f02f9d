const WRITTEN = /^(\d+(?:_\d+)*|\d{1,3}(?:,\d{3})+)(\.\d+)?(?:e(\d{1,2})|([kmb]))?$/i;
const POWERS: Readonly<Record<string, number>> = { k: 3, m: 6, b: 9 };

/** A count as it is typed, such as `1.5M`, `1e6` or `250,000`, as a decimal that keeps every digit; nothing where it is none. */
export function parseCount(written: string): string | undefined {
  const [, whole, fraction = "", exponent, unit = ""] = WRITTEN.exec(written.trim()) ?? [];
  if (whole === undefined) return undefined;
  return `${whole.replaceAll(/[_,]/g, "")}${fraction}e${Number(exponent ?? POWERS[unit.toLowerCase()] ?? 0)}`;
}
