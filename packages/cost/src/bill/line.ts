import { show, write } from "../decimal/decimal.ts";
import type { PriceOrigin } from "../price-book/price.ts";
import type { Charge } from "./charge.ts";

/** One line of a bill; numbers are decimal strings, cut to 15 decimals where they go on. */
export interface Line {
  /** `component.charge`, and `.bandN` behind it where a graduated price has several bands. */
  readonly name: string;
  readonly quantity: string;
  readonly unit: string;
  readonly unitPrice: string;
  readonly amount: string;
  readonly currency: string;
  /** The whole calculation with its numbers, as it would be done by hand. */
  readonly formula: string;
  readonly price: PriceOrigin;
}

export function toLine(charge: Charge): Line {
  return {
    name: charge.name,
    quantity: write(charge.quantity),
    unit: charge.unit,
    unitPrice: write(charge.unitPrice),
    amount: write(charge.amount),
    currency: charge.currency,
    formula: toFormula(charge),
    price: charge.origin,
  };
}

/** As one would check it by hand: the quantity from its parts, then the amount from quantity and price. */
function toFormula({ working, quantity, unit, unitPrice, amount, currency }: Charge): string {
  const worked = `${show(quantity)} ${unit}`;
  const isPlain = working === worked || working === `${worked}s`;
  // A price is copied from here into a calculator, so nothing stands between its digits.
  return `${isPlain ? "" : `${working} = ${worked}; `}${worked} × ${write(unitPrice)} = ${show(amount)} ${currency}`;
}
