import { CostError, inputInvalid } from "../cost-error.ts";
import { readInputs } from "../input-reader.ts";
import type { Price } from "../price-book/price.ts";
import { type PriceBook, priceOf } from "../price-book/price-book.ts";
import { serviceNamed } from "../services/services.ts";
import type { UnknownRecord } from "../unknown-record.ts";
import type { Charge } from "./charge.ts";

/** One service that is used, and how much. */
export interface Component {
  readonly id: string;
  /** Such as `aws.lambda`. */
  readonly service: string;
  readonly region: string;
  readonly inputs: UnknownRecord;
  /** Prices by role that hold instead of the book's. */
  readonly prices?: Readonly<Record<string, Price>>;
  /** Stands beside what was asked for (storage, logs, traffic): its price may come from another region. */
  readonly isSupport?: boolean;
}

/** Where a provider's price stands in for a region that the book does not know. */
const HOME_REGIONS: Readonly<Record<string, string>> = { aws: "us-east-1", gcp: "us-central1" };

/**
 * The charges of components, in order; names carry the component where there are several.
 *
 * @throws CostError naming the input, region or price at fault.
 */
export function billComponents(components: readonly Component[], book: PriceBook): Charge[] {
  const charges = components.flatMap((component) =>
    billComponent(component, book).map((charge) =>
      components.length === 1 ? charge : { ...charge, name: `${component.id}.${charge.name}` },
    ),
  );
  const currencies = new Set(charges.map(({ currency }) => currency));
  if (currencies.size > 1)
    throw inputInvalid("currency", `is mixed: ${[...currencies].join(" and ")} cannot be added.`);
  return charges;
}

function billComponent(component: Component, book: PriceBook): Charge[] {
  const service = serviceNamed(component.service, `${component.id}.service`);
  const inputs = readInputs(component.inputs, component.id);
  const charges = service.bill(inputs, (role) => {
    const id = service.priceId(role, component.region, inputs);
    return component.prices?.[role] ?? bookPrice(book, id, component.isSupport === true);
  });
  inputs.finish();
  return charges;
}

function bookPrice(book: PriceBook, id: string, isSupport: boolean): Price {
  const [provider = "", service = "", region = "", item = ""] = id.split("/");
  const elsewhere = `${provider}/${service}/${HOME_REGIONS[provider]}/${item}`;
  if (book.prices.has(id) || !isSupport || !book.prices.has(elsewhere)) return priceOf(book, id);
  return { ...priceOf(book, elsewhere), insteadOf: region };
}

/** Whether an error says that the book lacks a price. */
export function isPriceMissing(error: unknown): error is CostError {
  return error instanceof CostError && error.code === "PRICE_MISSING";
}
