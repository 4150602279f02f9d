import { createReadStream, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { InferenceError } from "@virga/core";
import { parsePriceBook, STANDARD_PRICES } from "@virga/cost";
import { formatTable } from "../../print/table.ts";
import type { Terminal } from "../../print/terminal.ts";
import { explainCostErrors, readJson } from "../read-json.ts";
import { findAwsPrices, readAwsPriceFile } from "./aws-price-file.ts";
import { fetchPriceFiles } from "./fetch-price-files.ts";
import type { PriceFileFindings } from "./found-price.ts";
import { type BookItem, findGooglePrices, readGoogleCatalogue } from "./google-catalogue.ts";
import { type BookUpdate, updateBook } from "./update-book.ts";

export interface RefreshFlags {
  readonly from: string;
  readonly fetch: boolean;
  readonly output?: string;
  /** AWS regions whose files are fetched. */
  readonly regions?: readonly string[];
  readonly prices?: string;
  readonly json: boolean;
}

const DEFAULT_REGIONS = ["us-east-1"];

/** Makes a price book from saved price files. @throws InferenceError when a file lacks an item that it should hold. */
export async function refresh(flags: RefreshFlags, terminal: Terminal): Promise<void> {
  const folder = resolve(terminal.folder, flags.from);
  if (flags.fetch) {
    await fetchPriceFiles(folder, flags.regions ?? DEFAULT_REGIONS, terminal.environment, terminal.complain);
  }
  await explainCostErrors(async () => {
    const old = flags.prices === undefined ? STANDARD_PRICES : await readJson(flags.prices, terminal.folder);
    const items = [...parsePriceBook(old).prices.keys()].map((id) => ({ id, ...skuOf(old, id) }));
    const findings: PriceFileFindings[] = [];
    for (const file of filesOf(folder, flags.from)) findings.push(await readFile(file, items));
    const today = new Date().toISOString().slice(0, 10);
    await report(updateBook(old, findings, today), flags, terminal);
  });
}

function filesOf(folder: string, named: string): string[] {
  const files = listFolder(folder).filter((name) => /\.(csv|json)$/.test(name));
  if (files.length > 0) return files.sort().map((name) => join(folder, name));
  throw new InferenceError(
    "CONFIG_INVALID",
    `There is no price file in ${named}: save AWS's index.csv of an offer and region there (--fetch does), or Google's list of SKUs as JSON.`,
  );
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function readFile(path: string, items: readonly BookItem[]): Promise<PriceFileFindings> {
  const file = basename(path);
  if (path.endsWith(".json")) return findGooglePrices(readGoogleCatalogue(await readJson(path, "/"), file), items);
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  return findAwsPrices(
    await readAwsPriceFile(lines, file),
    items.map(({ id }) => id),
  );
}

/** Google's number of an item, which some of the book have. */
function skuOf(book: unknown, id: string): { sku?: string } {
  const { sku } = (book as { items: Record<string, { sku?: unknown }> }).items[id] ?? {};
  return typeof sku === "string" ? { sku } : {};
}

async function report(update: BookUpdate, { output, json }: RefreshFlags, terminal: Terminal): Promise<void> {
  const { book, changed, confirmed, missing, untouched } = update;
  parsePriceBook(book);
  terminal.print(json ? JSON.stringify({ changed, confirmed, missing, untouched }, undefined, 2) : describe(update));
  if (missing.length > 0) {
    throw new InferenceError(
      "CONFIG_INVALID",
      `The files lack ${missing.length} of the prices that they should hold, so no book is written.`,
    );
  }
  if (output === undefined) return;
  await writeFile(resolve(terminal.folder, output), `${JSON.stringify(book, undefined, 2)}\n`);
  terminal.complain(`Wrote ${output}.`);
}

function describe({ changed, confirmed, missing, untouched }: BookUpdate): string {
  const rows = changed.map(({ id, before, after, driftPercent }) => [
    id,
    before,
    after,
    `${driftPercent > 0 ? "+" : ""}${driftPercent} %`,
  ]);
  return [
    ...(rows.length === 0
      ? ["No price has changed."]
      : [formatTable([["Changed", "before", "after", "drift"], ...rows])]),
    ...(missing.length === 0 ? [] : [["Missing", ...missing.map((id) => `  ${id}`)].join("\n")]),
    `${confirmed.length} confirmed, ${changed.length} changed, ${missing.length} missing; no file is about ${untouched.length} others.`,
  ].join("\n\n");
}
