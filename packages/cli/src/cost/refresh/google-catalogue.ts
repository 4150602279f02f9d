import { InferenceError } from "@virga/core";
import { machinePrice } from "@virga/cost";
import type { FoundPrice, PriceFileFindings } from "./found-price.ts";

interface Sku {
  readonly id: string;
  readonly description: string;
  readonly regions: readonly string[];
  /** USD per usage unit, above any free amount. */
  readonly price: string;
  readonly effectiveAt: string;
}

/** How Google describes an item of the book; its region stands behind some. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "request.cpu": "Services CPU (Request-based billing)",
  "request.memory": "Services Memory (Request-based billing)",
  "minInstance.cpu": "Services Min Instance CPU (Request-based billing)",
  "minInstance.memory": "Services Min Instance Memory (Request-based billing)",
  "instance.cpu": "Services CPU (Instance-based billing)",
  "instance.memory": "Services Memory (Instance-based billing)",
};

/** Machines of Vertex AI are priced by their CPUs and their memory. */
const VERTEX = "Vertex AI: Online/Batch Prediction";

const NANO_DIGITS = 9;

/** An item of the book, with its number in Google's catalogue where that is known. */
export interface BookItem {
  readonly id: string;
  readonly sku?: string;
}

/**
 * Reads a saved answer of the Cloud Billing Catalog's list of SKUs.
 *
 * @throws InferenceError `CONFIG_INVALID` when it is none.
 */
export function readGoogleCatalogue(content: unknown, file: string): Sku[] {
  const skus = isRecord(content) ? content["skus"] : undefined;
  if (!Array.isArray(skus))
    throw new InferenceError("CONFIG_INVALID", `${file} is no list of SKUs: it has no \`skus\`.`);
  return skus.flatMap((sku: unknown) => toSku(sku));
}

function toSku(sku: unknown): Sku[] {
  if (!isRecord(sku)) return [];
  const { skuId, description, serviceRegions, pricingInfo } = sku;
  const [pricing] = Array.isArray(pricingInfo) ? pricingInfo.map((each: unknown) => (isRecord(each) ? each : {})) : [];
  const expression = pricing?.["pricingExpression"];
  const rates = isRecord(expression) && Array.isArray(expression["tieredRates"]) ? expression["tieredRates"] : [];
  const prices = rates.map((rate: unknown) => toPrice(isRecord(rate) ? rate["unitPrice"] : undefined));
  // A first band that costs nothing is an allowance, which the book keeps apart.
  const price = prices.find((each) => each !== undefined && Number(each) > 0);
  if (typeof description !== "string" || price === undefined) return [];
  return [
    {
      id: String(skuId),
      description,
      regions: Array.isArray(serviceRegions) ? serviceRegions.map(String) : [],
      price,
      effectiveAt: String(pricing?.["effectiveTime"] ?? "").slice(0, 10),
    },
  ];
}

/** Whole units and billionths as one decimal; other currencies are left alone. */
function toPrice(unitPrice: unknown): string | undefined {
  if (!isRecord(unitPrice) || unitPrice["currencyCode"] !== "USD") return undefined;
  const units = String(unitPrice["units"] ?? "0");
  const nanos = String(unitPrice["nanos"] ?? 0).padStart(NANO_DIGITS, "0");
  return `${units}.${nanos}`.replace(/\.?0+$/, "");
}

/** The prices of a book's items that a catalogue holds, or should hold: those of the services that it is about. */
export function findGooglePrices(skus: readonly Sku[], items: readonly BookItem[]): PriceFileFindings {
  const isAbout = (service: string): boolean => {
    const start = service === "cloudRun" ? "Services " : VERTEX;
    return skus.some(({ description }) => description.startsWith(start));
  };
  const wanted = items.filter(({ id }) => {
    const [provider, service = "", , item = ""] = id.split("/");
    if (provider !== "gcp" || !isAbout(service)) return false;
    return service === "cloudRun"
      ? item in DESCRIPTIONS || item === "requests"
      : service === "vertexOnline" && !item.startsWith("gpu");
  });
  const prices = wanted.map((item) => ({ id: item.id, price: priceOf(item, skus) }));
  const asOf =
    skus
      .map(({ effectiveAt }) => effectiveAt)
      .sort()
      .at(-1) ?? "";
  return {
    found: prices.flatMap(({ id, price }): FoundPrice[] => (price === undefined ? [] : [{ id, price }])),
    missing: prices.filter(({ price }) => price === undefined).map(({ id }) => id),
    source: { id: `google-catalogue-${asOf}`, name: `Cloud Billing Catalog, latest price of ${asOf}`, asOf },
  };
}

function priceOf({ id, sku }: BookItem, skus: readonly Sku[]): string | undefined {
  const [, service, region = "", item = ""] = id.split("/");
  const byId = skus.find((each) => each.id === sku);
  if (byId !== undefined) return byId.price;
  // Descriptions of spot prices contain those of others, so they are compared from their start.
  const described = (start: string): string | undefined =>
    skus.find(({ regions, description }) => regions.includes(region) && description.startsWith(start))?.price;
  const description = DESCRIPTIONS[item];
  if (service === "cloudRun") return description === undefined ? undefined : described(description);
  const family = item.startsWith("n1") ? "N1 Predefined" : "E2";
  const core = described(`${VERTEX} ${family} Instance Core running in`);
  const memory = described(`${VERTEX} ${family} Instance Ram running in`);
  return core === undefined || memory === undefined ? undefined : machinePrice(item, core, memory);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
