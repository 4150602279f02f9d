/** Maps values of several powers of ten to places along an axis. */
export interface LogScale {
  readonly from: number;
  readonly to: number;
  place(value: number): number;
  /** The powers of ten that lie on the axis. */
  readonly ticks: readonly number[];
}

/** An axis from one power of ten to another, drawn from `start` to `end`. */
export function logScale(from: number, to: number, start: number, end: number): LogScale {
  const low = Math.floor(Math.log10(from));
  const high = Math.max(low + 1, Math.ceil(Math.log10(to)));
  return {
    from: 10 ** low,
    to: 10 ** high,
    place: (value) => start + ((Math.log10(value) - low) / (high - low)) * (end - start),
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
  };
}

/** A power of ten as a label: `100k`, `10M`. */
export function shortNumber(value: number): string {
  const units = [
    { size: 1e9, unit: "B" },
    { size: 1e6, unit: "M" },
    { size: 1e3, unit: "k" },
  ];
  const found = units.find(({ size }) => value >= size);
  return found === undefined ? String(value) : `${value / found.size}${found.unit}`;
}
