import type { DecimalInput } from "@virga/cost";

/** A figure that an estimate starts from, and where it comes from. */
export interface Figure {
  readonly name: string;
  readonly value: DecimalInput;
  readonly unit: string;
  readonly origin: FigureOrigin;
}

/** `assumed` figures are nobody's: they should be replaced before anything is decided. */
export type FigureOrigin = "measured" | "flag" | "workload file" | "serverless.yml" | "assumed";

/** The first of several origins that has the figure. */
export function firstOf(
  name: string,
  unit: string,
  ...sources: readonly (readonly [FigureOrigin, DecimalInput | undefined])[]
): Figure | undefined {
  const [origin, value] = sources.find(([, each]) => each !== undefined) ?? [];
  return origin === undefined || value === undefined ? undefined : { name, value, unit, origin };
}
