import { InferenceError } from "@virga/core";
import type { FoundPrice, PriceFileFindings } from "./found-price.ts";

interface Sku {
  readonly id: string;
  readonly description: string;
  readonly regions: readonly string[];
  /** USD per usage unit, above any free amount. */
  readonly price: string;
  readonly effectiveAt: string;
}

/** How Google describes an item of the book; a description of the region stands behind some. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "request.cpu": "Services CPU (Request-based billing)",
  "request.memory": "Services Memory (Request-based billing)",
  "minInstance.cpu": "Services Min Instance CPU (Request-based billing)",
  "minInstance.memory": "Services Min Instance Memory (Request-based billing)",
  "instance.cpu": "Services CPU (Instance-based billing)",
  "instance.memory": "Services Memory (Instance-based billing)",
};

const NANO_DIGITS = 9;

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

/** The prices of a book's Cloud Run items that a catalogue holds, or should hold. */
export function findGooglePrices(skus: readonly Sku[], ids: readonly string[]): PriceFileFindings {
  const wanted = ids.flatMap((id) => {
    const [provider, service, region = "", item = ""] = id.split("/");
    const description = DESCRIPTIONS[item];
    return provider === "gcp" && service === "cloudRun" && description !== undefined
      ? [{ id, region, description }]
      : [];
  });
  const isCloudRun = skus.some(({ description }) => description.startsWith("Services "));
  const prices = (isCloudRun ? wanted : []).map((each) => ({ id: each.id, sku: skuOf(each, skus) }));
  const asOf =
    skus
      .map(({ effectiveAt }) => effectiveAt)
      .sort()
      .at(-1) ?? "";
  return {
    found: prices.flatMap(({ id, sku }): FoundPrice[] => (sku === undefined ? [] : [{ id, price: sku.price }])),
    missing: prices.filter(({ sku }) => sku === undefined).map(({ id }) => id),
    source: { id: `google-catalogue-${asOf}`, name: `Cloud Billing Catalog, latest price of ${asOf}`, asOf },
  };
}

/** Descriptions of spot prices contain those of others, so they are compared from their start. */
function skuOf(
  { region, description }: { readonly region: string; readonly description: string },
  skus: readonly Sku[],
): Sku | undefined {
  return skus.find((sku) => sku.regions.includes(region) && sku.description.startsWith(description));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
