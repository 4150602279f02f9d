import { type Decimal, larger, show, smaller, ZERO } from "../decimal/decimal.ts";
import type { Price, PriceOrigin } from "../price-book/price.ts";

/** So much of something that a service bills. */
export interface Usage {
  readonly name: string;
  readonly quantity: Decimal;
  readonly unit: string;
  /** How the quantity comes about, with the numbers in it: `1,000,000 requests × 0.5 s × 2 GB`. */
  readonly working: string;
}

/** A usage with its price: one line of a bill. */
export interface Charge extends Usage {
  readonly unitPrice: Decimal;
  readonly amount: Decimal;
  readonly currency: string;
  readonly origin: PriceOrigin;
}

/** The charges of a usage: one, or one for each band that it reaches. */
export function charge(usage: Usage, price: Price): Charge[] {
  const { currency, bands, ...origin } = price;
  const parts = splitByBands(usage.quantity, price);
  return parts.map(({ quantity, unitPrice }, index) => ({
    name: parts.length === 1 ? usage.name : `${usage.name}.band${index + 1}`,
    quantity,
    unit: usage.unit,
    working: parts.length === 1 ? usage.working : `${usage.working}: band ${index + 1} of ${show(usage.quantity)}`,
    unitPrice,
    amount: quantity.times(unitPrice),
    currency,
    origin,
  }));
}

interface BandPart {
  readonly quantity: Decimal;
  readonly unitPrice: Decimal;
}

function splitByBands(quantity: Decimal, { bands }: Price): BandPart[] {
  let start = ZERO;
  const parts = bands.map(({ upTo, price }) => {
    const end = upTo === undefined ? quantity : smaller(quantity, upTo);
    const part = { quantity: larger(ZERO, end.minus(start)), unitPrice: price };
    start = larger(start, end);
    return part;
  });
  const reached = parts.filter((part) => part.quantity.gt(0));
  return reached.length === 0 ? [{ quantity, unitPrice: bands[0].price }] : reached;
}
