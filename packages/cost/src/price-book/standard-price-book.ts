import { parsePriceBook } from "./parse-price-book.ts";
import type { PriceBook } from "./price-book.ts";
import prices from "./prices.json" with { type: "json" };

/** The prices that come with this package, as they are written: items, allowances and sources by id. */
export const STANDARD_PRICES: unknown = prices;

/** The price book that comes with this package: public on-demand list prices without tax or discounts. */
export function standardPriceBook(): PriceBook {
  return parsePriceBook(STANDARD_PRICES);
}
