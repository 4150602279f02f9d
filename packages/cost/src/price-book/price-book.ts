import { CostError } from "../cost-error.ts";
import type { Decimal } from "../decimal/decimal.ts";
import type { Price } from "./price.ts";

/** Four parts: provider, service, region (`global` where there is none), item. */
export type PriceId = string;

/** A quantity that an account has free every month. */
export interface Allowance {
  readonly quantity: Decimal;
  readonly unit: string;
}

/** Prices and free allowances by id. */
export interface PriceBook {
  /** Date on which the book was put together. */
  readonly builtAt: string;
  readonly prices: ReadonlyMap<PriceId, Price>;
  readonly allowances: ReadonlyMap<PriceId, Allowance>;
}

/** A price by its id. @throws CostError `PRICE_MISSING` naming the part of the id that the book does not know. */
export function priceOf(book: PriceBook, id: PriceId): Price {
  const price = book.prices.get(id);
  if (price !== undefined) return price;
  const [provider = "", service = "", region = ""] = id.split("/");
  const regions = regionsOf(book, provider, service);
  if (regions.length === 0) {
    throw new CostError("PRICE_MISSING", `price ${id}:`, `the price book has no service ${provider}/${service}.`);
  }
  if (!regions.includes(region)) {
    const known = regions.filter((each) => each !== "global").join(", ");
    throw new CostError(
      "PRICE_MISSING",
      `region ${region}:`,
      `no price for ${provider}/${service}; there is: ${known}.`,
    );
  }
  throw new CostError("PRICE_MISSING", `price ${id}:`, "the price book does not hold it.");
}

/** An allowance by its id. @throws CostError `PRICE_MISSING`. */
export function allowanceOf(book: PriceBook, id: PriceId): Allowance {
  const allowance = book.allowances.get(id);
  if (allowance === undefined) throw new CostError("PRICE_MISSING", `allowance ${id}:`, "the price book has none.");
  return allowance;
}

/** Regions that have a price of a service, in the order of the book. */
export function regionsOf(book: PriceBook, provider: string, service: string): string[] {
  const prefix = `${provider}/${service}/`;
  const ids = [...book.prices.keys()].filter((id) => id.startsWith(prefix));
  return [...new Set(ids.map((id) => id.slice(prefix.length).split("/")[0] ?? ""))];
}
