import { billComponents, type Component } from "../bill/bill.ts";
import type { Charge } from "../bill/charge.ts";
import { CostError } from "../cost-error.ts";
import { sum, write } from "../decimal/decimal.ts";
import { addUp, ROUNDING_MODES } from "../decimal/rounding.ts";
import { parsePrice } from "../price-book/parse-price-book.ts";
import type { Price } from "../price-book/price.ts";
import { type PriceBook, priceOf } from "../price-book/price-book.ts";
import { isRecord, type UnknownRecord } from "../unknown-record.ts";
import type { CaseComponent, CostCase } from "./case-file.ts";

/** How a case came out. */
export interface CaseResult {
  readonly id: string;
  readonly description: string;
  /** In the case's own way of rounding; absent where it could not be worked out. */
  readonly total?: string;
  /** What is not as expected; empty where the case holds. */
  readonly differences: readonly string[];
}

/** Whose prices count where a case names an id: those that it states, or those of the book. */
export type PriceChoice = "case" | "book";

/** Works a case out and compares every line and total with what it expects. */
export function verifyCase(each: CostCase, book: PriceBook, choice: PriceChoice = "case"): CaseResult {
  const { id, description } = each;
  try {
    const components = each.components.map((component) => withPrices(component, book, choice));
    return { id, description, ...compare(each, billComponents(components, book)) };
  } catch (error) {
    if (error instanceof CostError) return { id, description, differences: [error.message] };
    throw error;
  }
}

function withPrices({ prices, ...component }: CaseComponent, book: PriceBook, choice: PriceChoice): Component {
  const entries = Object.entries(prices).map(([role, price]): [string, Price] => {
    const { id } = price;
    if (typeof id !== "string") return [role, parsePrice(price, `${component.id}.prices.${role}`)];
    if (choice === "book" || price["price"] === undefined) return [role, priceOf(book, id)];
    return [role, { id, ...parsePrice(price, `${component.id}.prices.${role}`) }];
  });
  return { ...component, prices: Object.fromEntries(entries) };
}

function compare(
  { kind, expected, published }: CostCase,
  charges: readonly Charge[],
): Omit<CaseResult, "id" | "description"> {
  const decimals = typeof expected["decimals"] === "number" ? expected["decimals"] : undefined;
  const amounts = charges.map(({ amount }) => amount);
  const totals = Object.fromEntries(ROUNDING_MODES.map((mode) => [mode, addUp(amounts, mode, decimals)]));
  const total = totals[String(expected["rounding"])] ?? "";
  return {
    total,
    differences: [
      ...compareLines(charges, expected["lines"], decimals),
      ...compareFields("totals.", totals, expected["totals"]),
      ...compareFields("", { total, exactTotal: write(sum(amounts)) }, expected),
      ...comparePublished(kind, total, charges, published),
    ],
  };
}

const CENTS = 2;

function compareLines(charges: readonly Charge[], expected: unknown, decimals = CENTS): string[] {
  const lines = Array.isArray(expected) ? expected : [];
  const names = lines.map((line: unknown) => (isRecord(line) ? String(line["name"]) : "?")).join(", ");
  const given = charges.map(({ name }) => name).join(", ");
  if (names !== given) return [`lines: expected ${names}; got ${given}`];
  return charges.flatMap(({ name, quantity, unit, unitPrice, amount }, index) => {
    const line = {
      unit,
      quantity: writeAs(lines[index], "quantity", quantity),
      unitPrice: write(unitPrice),
      amount: write(amount),
      rounded: amount.toFixed(decimals),
    };
    return compareFields(`${name}.`, line, lines[index]);
  });
}

/** A quantity that goes on is compared in as many decimals as the case writes. */
function writeAs(line: unknown, field: string, value: Charge["quantity"]): string {
  const expected = isRecord(line) ? String(line[field]) : "";
  const decimals = expected.split(".")[1]?.length ?? 0;
  return value.round(decimals).eq(expected) && value.minus(expected).abs().lt("1e-11") ? expected : write(value);
}

function compareFields(prefix: string, given: Readonly<Record<string, string>>, expected: unknown): string[] {
  if (!isRecord(expected)) return [];
  return Object.entries(given)
    .filter(([field, value]) => expected[field] !== undefined && expected[field] !== value)
    .map(([field, value]) => `${prefix}${field}: expected ${String(expected[field])}, got ${value}`);
}

/** Published figures are met, line by line where they are printed; those known to be wrong are not. */
function comparePublished(
  kind: string,
  total: string,
  charges: readonly Charge[],
  published: UnknownRecord | undefined,
): string[] {
  if (published === undefined) return [];
  const isWrong = kind === "published-error";
  if (isWrong) return published["total"] === total ? [`total: ${total} is the published figure, which is wrong`] : [];
  const lines = isRecord(published["lines"]) ? published["lines"] : {};
  const given = charges.map(({ name, amount }): [string, string] => {
    const decimals = String(lines[name] ?? "").split(".")[1]?.length ?? 0;
    return [name, amount.toFixed(decimals)];
  });
  return [
    ...compareFields("published.", { total }, published),
    ...compareFields("published.lines.", Object.fromEntries(given), lines),
  ];
}
