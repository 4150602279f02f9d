import { InferenceError } from "@virga/core";
import type { PriceFileFindings } from "./found-price.ts";

/** An item whose price is another than the book's. */
export interface PriceChange {
  readonly id: string;
  readonly before: string;
  readonly after: string;
  /** In percent of the price before. */
  readonly driftPercent: number;
}

/** A book brought up to date, and what was done to it. */
export interface BookUpdate {
  readonly book: Record<string, unknown>;
  readonly changed: readonly PriceChange[];
  readonly confirmed: readonly string[];
  /** Items that a file should hold and does not. */
  readonly missing: readonly string[];
  /** Items that no file was about; they stay as they are. */
  readonly untouched: readonly string[];
}

type Record_ = Readonly<Record<string, unknown>>;

/** Puts what files say into a book: price, bands, date, source; what they say nothing of stays. */
export function updateBook(book: unknown, findings: readonly PriceFileFindings[], today: string): BookUpdate {
  const { items, sources } = partsOf(book);
  const newItems: Record<string, unknown> = { ...items };
  const newSources: Record<string, unknown> = { ...sources };
  const changed: PriceChange[] = [];
  const confirmed: string[] = [];
  for (const { found, source } of findings) {
    if (found.length > 0) newSources[source.id] = { name: source.name, asOf: source.asOf };
    for (const { id, price, tiers } of found) {
      const before = toRecord(items[id]);
      const { price: oldPrice, tiers: oldTiers, note: _, ...rest } = before;
      const isSame = samePrice(oldPrice, price) && sameTiers(oldTiers, tiers);
      if (isSame) confirmed.push(id);
      else changed.push(toChange(id, String(oldPrice), price));
      const kept = isSame ? before : rest;
      newItems[id] = {
        ...kept,
        price,
        ...(tiers === undefined ? {} : { tiers }),
        source: source.id,
        asOf: source.asOf,
        confidence: "high",
      };
    }
  }
  const missing = findings.flatMap((each) => each.missing);
  const seen = new Set([...missing, ...changed.map(({ id }) => id), ...confirmed]);
  return {
    book: { ...toRecord(book), builtAt: today, sources: newSources, items: newItems },
    changed,
    confirmed,
    missing,
    untouched: Object.keys(items).filter((id) => !seen.has(id)),
  };
}

function partsOf(book: unknown): { items: Record_; sources: Record_ } {
  return { items: toRecord(toRecord(book)["items"]), sources: toRecord(toRecord(book)["sources"]) };
}

function toRecord(value: unknown): Record_ {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record_;
  throw new InferenceError("CONFIG_INVALID", "The price book has no objects `items` and `sources`.");
}

function toChange(id: string, before: string, after: string): PriceChange {
  const driftPercent = ((Number(after) - Number(before)) / Number(before)) * 100;
  return { id, before, after, driftPercent: Math.round(driftPercent * 100) / 100 };
}

/** `0.10` is the same price as `0.1`. */
function samePrice(one: unknown, other: string): boolean {
  return Number(one) === Number(other);
}

function sameTiers(one: unknown, other: readonly { upTo: string | null; price: string }[] | undefined): boolean {
  const old = Array.isArray(one) ? one.map(toRecord) : [];
  const now = other ?? [];
  if (old.length !== now.length) return false;
  return now.every(({ upTo, price }, index) => {
    const band = old[index] ?? {};
    return samePrice(band["price"], price) && (upTo === null ? band["upTo"] === null : samePrice(band["upTo"], upTo));
  });
}
