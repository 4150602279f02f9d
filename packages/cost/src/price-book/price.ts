import type { Decimal } from "../decimal/decimal.ts";

/**
 * How sure a price is. `high`: the provider's list or page, at most six months old; `medium`: official but older, or
 * two secondary sources that agree; `low`: one secondary source, or a conflict left open.
 */
export type Confidence = "high" | "medium" | "low";

/** Where a price comes from. */
export interface PriceOrigin {
  /** `provider/service/region/item`; absent where the price was given by value. */
  readonly id?: string;
  /** Name of the source. */
  readonly source?: string;
  /** Date of the source, as precisely as known: `2026`, `2026-09` or `2026-09-29`. */
  readonly asOf?: string;
  readonly confidence?: Confidence;
  /** The region that was asked for, where the book holds no price for it and another region's was taken. */
  readonly insteadOf?: string;
}

/** A band of a graduated price: it holds up to this quantity per month, or without bound. */
export interface PriceBand {
  readonly upTo?: Decimal;
  readonly price: Decimal;
}

/** The price of one unit. */
export interface Price extends PriceOrigin {
  readonly currency: string;
  /** Ascending, at least one; the last has no bound. */
  readonly bands: readonly [PriceBand, ...PriceBand[]];
}
