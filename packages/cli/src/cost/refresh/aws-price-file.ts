import { InferenceError } from "@virga/core";
import { type AwsUsage, awsUsageOf, withoutRegion } from "./aws-usage-types.ts";
import type { FoundPrice, PriceFileFindings } from "./found-price.ts";

/** A price file of AWS, with the rows that matter here. */
export interface AwsPriceFile {
  readonly offer: string;
  readonly region: string;
  readonly publishedAt: string;
  readonly rows: readonly AwsPriceRow[];
}

interface AwsPriceRow {
  readonly region: string;
  readonly usageType: string;
  readonly operation: string;
  readonly from: string;
  readonly to: string;
  readonly price: string;
}

const COLUMNS = ["TermType", "StartingRange", "EndingRange", "PricePerUnit", "Currency", "usageType", "operation"];
/** Files on traffic between places name both. */
const REGION_COLUMNS = ["Region Code", "From Region Code"];
const QUOTED = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g;

/**
 * Reads a price file line by line, since some have hundreds of megabytes.
 *
 * @throws InferenceError `CONFIG_INVALID` when the lines are not such a file.
 */
export async function readAwsPriceFile(lines: AsyncIterable<string>, file: string): Promise<AwsPriceFile> {
  const facts = new Map<string, string>();
  const rows: AwsPriceRow[] = [];
  let columns: ReadonlyMap<string, number> | undefined;
  for await (const line of lines) {
    const cells = [...line.matchAll(QUOTED)].map(([, quoted, plain]) => (quoted ?? plain ?? "").replaceAll('""', '"'));
    if (columns !== undefined) rows.push(...toRow(cells, columns));
    else if (cells[0] === "SKU") columns = columnsOf(cells, file);
    else facts.set(cells[0] ?? "", cells[1] ?? "");
  }
  const offer = facts.get("OfferCode");
  const publishedAt = facts.get("Publication Date")?.slice(0, 10);
  const region = mostFrequent(rows.map((row) => row.region).filter((each) => each !== ""));
  if (columns === undefined || offer === undefined || publishedAt === undefined || region === undefined) {
    throw new InferenceError("CONFIG_INVALID", `${file} is no price file of AWS: it lacks its head or its rows.`);
  }
  // Zones near cities have prices of their own in the file of their region.
  return { offer, region, publishedAt, rows: rows.filter((row) => row.region === region) };
}

function toRow(cells: readonly string[], columns: ReadonlyMap<string, number>): AwsPriceRow[] {
  const cell = (name: string): string => cells[columns.get(name) ?? -1] ?? "";
  if (cell("TermType") !== "OnDemand" || cell("Currency") !== "USD") return [];
  return [
    {
      region: REGION_COLUMNS.map(cell).find((each) => each !== "") ?? "",
      usageType: cell("usageType"),
      operation: cell("operation"),
      from: cell("StartingRange"),
      to: cell("EndingRange"),
      price: cell("PricePerUnit"),
    },
  ];
}

function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}

function columnsOf(cells: readonly string[], file: string): ReadonlyMap<string, number> {
  const columns = new Map(cells.map((name, index) => [name, index]));
  const missing = COLUMNS.find((name) => !columns.has(name));
  if (missing === undefined) return columns;
  throw new InferenceError(
    "CONFIG_INVALID",
    `${file} is no price file of AWS that is known: it has no column ${missing}.`,
  );
}

/** The prices of a book's items that a file holds, or should hold. */
export function findAwsPrices(file: AwsPriceFile, ids: readonly string[]): PriceFileFindings {
  const wanted = ids
    .map((id) => ({ id, usage: awsUsageOf(id) }))
    .filter(({ id, usage }) => usage?.offer === file.offer && id.split("/")[2] === file.region);
  const prices = wanted.map(({ id, usage }) => ({ id, price: usage && priceOf(id, usage, file.rows) }));
  return {
    found: prices.map(({ price }) => price).filter((price) => price !== undefined),
    missing: prices.filter(({ price }) => price === undefined).map(({ id }) => id),
    source: {
      id: `aws-${file.offer}-${file.region}-${file.publishedAt}`,
      name: `AWS Price List, offer ${file.offer}, ${file.region}, publication ${file.publishedAt}`,
      asOf: file.publishedAt,
    },
  };
}

function priceOf(id: string, usage: AwsUsage, rows: readonly AwsPriceRow[]): FoundPrice | undefined {
  const bands = rows
    .filter(({ usageType }) => withoutRegion(usageType) === usage.usageType)
    .filter(({ operation }) => usage.operation === undefined || operation === usage.operation)
    // A band that costs nothing is an allowance, which the book keeps apart.
    .filter(({ price }) => Number(price) > 0)
    .sort((one, other) => Number(one.from) - Number(other.from))
    .filter(({ from }, index, all) => index === 0 || from !== all[index - 1]?.from);
  const [first] = bands;
  if (first === undefined) return undefined;
  const price = trim(first.price);
  if (bands.length === 1) return { id, price };
  return {
    id,
    price,
    tiers: bands.map((band) => ({ upTo: band.to === "Inf" ? null : trim(band.to), price: trim(band.price) })),
  };
}

/** `0.0960000000` as `0.096`. */
function trim(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
