import { inputInvalid } from "../cost-error.ts";
import { parseDecimal } from "../decimal/decimal.ts";
import { isRecord, type UnknownRecord } from "../unknown-record.ts";
import type { Confidence, Price, PriceBand } from "./price.ts";
import type { Allowance, PriceBook } from "./price-book.ts";

const CONFIDENCES: readonly Confidence[] = ["high", "medium", "low"];
const DEFAULT_CURRENCY = "USD";

/** Reads a price book from parsed JSON. @throws CostError `INPUT_INVALID` naming the entry and the field. */
export function parsePriceBook(data: unknown): PriceBook {
  if (!isRecord(data)) throw inputInvalid("price book", "must be an object with `items`.");
  const sources = parseSources(data["sources"]);
  const builtAt = data["builtAt"];
  if (typeof builtAt !== "string") throw inputInvalid("price book.builtAt", "must be a date, such as 2026-11-22.");
  return {
    builtAt,
    prices: parseEntries(data["items"], "items", (id, item, field) => ({
      id,
      ...parsePrice(item, field),
      ...parseOrigin(item, sources, field),
    })),
    allowances: parseEntries(data["allowances"] ?? {}, "allowances", (_, item, field) => parseAllowance(item, field)),
  };
}

/** Reads a price with its bands, as the book and the files of cases write it. @throws CostError naming the field. */
export function parsePrice(item: UnknownRecord, field: string): Price {
  const currency = item["currency"] ?? DEFAULT_CURRENCY;
  if (typeof currency !== "string") throw inputInvalid(`${field}.currency`, "must be a currency, such as USD.");
  const tiers = item["tiers"];
  if (tiers === undefined) return { currency, bands: [{ price: parseDecimal(item["price"], `${field}.price`) }] };
  if (!Array.isArray(tiers)) throw inputInvalid(`${field}.tiers`, "must be a list.");
  const [first, ...rest] = tiers.map((tier: unknown, index) => parseBand(tier, `${field}.tiers[${index}]`));
  if (first === undefined) throw inputInvalid(`${field}.tiers`, "must not be empty.");
  const bands: readonly [PriceBand, ...PriceBand[]] = [first, ...rest];
  checkBands(bands, `${field}.tiers`);
  return { currency, bands };
}

function parseBand(tier: unknown, field: string): PriceBand {
  if (!isRecord(tier)) throw inputInvalid(field, "must be an object with `upTo` and `price`.");
  const price = parseDecimal(tier["price"], `${field}.price`);
  return tier["upTo"] === null ? { price } : { price, upTo: parseDecimal(tier["upTo"], `${field}.upTo`) };
}

function checkBands(bands: readonly PriceBand[], field: string): void {
  for (const [index, { upTo }] of bands.entries()) {
    const isLast = index === bands.length - 1;
    if ((upTo === undefined) !== isLast) throw inputInvalid(field, "must end with the one band whose `upTo` is null.");
    const before = bands[index - 1]?.upTo;
    if (upTo !== undefined && before?.gte(upTo)) throw inputInvalid(`${field}[${index}].upTo`, "must be ascending.");
  }
}

function parseOrigin(item: UnknownRecord, sources: ReadonlyMap<string, string>, field: string): Partial<Price> {
  const { source, asOf, confidence } = item;
  if (typeof source !== "string" || !sources.has(source)) throw inputInvalid(`${field}.source`, "must name a source.");
  if (typeof asOf !== "string" || !/^\d{4}(-\d{2}){0,2}$/.test(asOf)) {
    throw inputInvalid(`${field}.asOf`, "must be a date, such as 2026-09-29.");
  }
  const known = CONFIDENCES.find((each) => each === confidence);
  if (known === undefined) throw inputInvalid(`${field}.confidence`, "must be high, medium or low.");
  return { source: sources.get(source) ?? source, asOf, confidence: known };
}

function parseAllowance(item: UnknownRecord, field: string): Allowance {
  if (typeof item["unit"] !== "string") throw inputInvalid(`${field}.unit`, "must be text.");
  return { quantity: parseDecimal(item["quantity"], `${field}.quantity`), unit: item["unit"] };
}

function parseSources(sources: unknown): Map<string, string> {
  if (!isRecord(sources)) throw inputInvalid("price book.sources", "must be an object.");
  return new Map(
    Object.entries(sources).map(([id, source]) => {
      if (isRecord(source) && typeof source["name"] === "string") return [id, source["name"]];
      throw inputInvalid(`price book.sources.${id}.name`, "must be text.");
    }),
  );
}

function parseEntries<Entry>(
  entries: unknown,
  part: string,
  parse: (id: string, item: UnknownRecord, field: string) => Entry,
): Map<string, Entry> {
  if (!isRecord(entries)) throw inputInvalid(`price book.${part}`, "must be an object with ids as keys.");
  return new Map(
    Object.entries(entries).map(([id, item]) => {
      const field = `price book.${part}["${id}"]`;
      if (id.split("/").length !== 4)
        throw inputInvalid(field, "must have an id of four parts: provider/service/region/item.");
      if (!isRecord(item)) throw inputInvalid(field, "must be an object.");
      return [id, parse(id, item, field)];
    }),
  );
}
