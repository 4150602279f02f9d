import { type Charge, charge } from "../bill/charge.ts";
import { type Decimal, show, ZERO } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import { above, type PriceOfRole, type Service, showFree } from "./service.ts";

/** API Gateway: requests, or units of 512 KB of them, by the kind of API. */
export const apiGateway: Service = {
  priceId: (_, region, inputs) =>
    `aws/apiGateway/${region}/${inputs.choice("kind", ["HTTP", "REST"]) === "HTTP" ? "http" : "rest"}`,
  bill(inputs, price) {
    inputs.choice("kind", ["HTTP", "REST"]);
    const requests = inputs.amount("requests");
    const units = inputs.optionalAmount("unitsPerRequest");
    const usage = {
      name: "requests",
      quantity: units === undefined ? requests : requests.times(units),
      unit: "request",
      working: `${show(requests)} requests${units === undefined ? "" : ` × ${show(units)} units of 512 KB`}`,
    };
    return charge(usage, price("requests"));
  },
};

/** Bytes that leave a cloud for the internet. */
export const dataTransfer: Service = {
  priceId: (role, region) => `aws/dataTransfer/${region}/${role}`,
  bill: (inputs, price) => billGb("internetOut", "GB", inputs, price),
};

/** Bytes that leave Google Cloud for the internet. */
export const network: Service = {
  priceId: (_, region) => `gcp/network/${region}/internetOut.premium`,
  bill: (inputs, price) => billGb("internetOut", "GiB", inputs, price),
};

/** Log lines taken in, and kept. */
export const cloudwatchLogs: Service = {
  priceId: (role, region) => `aws/cloudwatchLogs/${region}/${role}`,
  bill: (inputs, price) => [
    ...billGb("ingest", "GB", inputs, price),
    ...billMonths("storage", "GB-month", inputs, price),
  ],
};

/** Log lines taken in; the first 30 days of keeping them are part of it. */
export const cloudLogging: Service = {
  priceId: () => "gcp/cloudLogging/global/ingest",
  bill: (inputs, price) => billGb("ingest", "GiB", inputs, price),
};

/** Container images on AWS. */
export const ecr: Service = {
  priceId: (role, region) => `aws/ecr/${region}/${role}`,
  bill: (inputs, price) => billStored("storage", "GB-month", inputs, price),
};

/** Container images on Google Cloud. */
export const artifactRegistry: Service = {
  priceId: (role, region) => `gcp/artifactRegistry/${region}/${role}`,
  bill: (inputs, price) => billStored("storage", "GB-month", inputs, price),
};

const S3_ITEMS: Readonly<Record<string, string>> = {
  storage: "storage.standard",
  reads: "requests.tier2",
  writes: "requests.tier1",
};

/** S3 Standard: what is stored, and the requests that read and write it. */
export const s3: Service = {
  priceId: (role, region) => `aws/s3/${region}/${S3_ITEMS[role] ?? role}`,
  bill: billObjects("GB-month"),
};

const CLOUD_STORAGE_ITEMS: Readonly<Record<string, string>> = {
  storage: "storage.standard",
  reads: "classB",
  writes: "classA",
};

/** Cloud Storage, standard class: what is stored, and the requests that read and write it. */
export const cloudStorage: Service = {
  priceId: (role, region) => `gcp/gcs/${region}/${CLOUD_STORAGE_ITEMS[role] ?? role}`,
  bill: billObjects("GiB-month"),
};

function billObjects(unit: string): Service["bill"] {
  return (inputs, price) => [
    ...billStored("storage", unit, inputs, price),
    ...billOperations("reads", inputs.amount("reads"), price),
    ...(inputs.has("writes") ? billOperations("writes", inputs.amount("writes"), price) : []),
  ];
}

function billOperations(name: string, count: Decimal, price: PriceOfRole): Charge[] {
  return charge({ name, quantity: count, unit: "request", working: `${show(count)} requests` }, price(name));
}

function billStored(name: string, unit: string, inputs: InputReader, price: PriceOfRole): Charge[] {
  const gb = inputs.amount("gb");
  const free = inputs.optionalAmount("freeGb");
  const working = `${show(gb)} ${unit}${showFree(free && show(free))}`;
  return charge({ name, quantity: above(gb, free), unit, working }, price(name));
}

/** Bytes in all, or per request. */
function billGb(name: string, unit: string, inputs: InputReader, price: PriceOfRole): Charge[] {
  const { quantity, working } = readGb(inputs, unit);
  const free = inputs.optionalAmount("freeGb");
  return charge(
    { name, quantity: above(quantity, free), unit, working: `${working}${showFree(free && show(free))}` },
    price(name),
  );
}

function readGb(inputs: InputReader, unit: string): { quantity: Decimal; working: string } {
  const given = inputs.optionalAmount("gb");
  if (given !== undefined) return { quantity: given, working: `${show(given)} ${unit}` };
  const requests = inputs.amount("requests");
  const kb = inputs.amount("kbPerRequest");
  const kbPerGb = inputs.amount("kbPerGb");
  return {
    quantity: requests.times(kb).div(kbPerGb),
    working: `${show(requests)} requests × ${show(kb)} KB / ${show(kbPerGb)}`,
  };
}

function billMonths(name: string, unit: string, inputs: InputReader, price: PriceOfRole): Charge[] {
  const stored = inputs.optionalAmount("storedGb") ?? ZERO;
  if (stored.eq(0)) return [];
  return charge({ name, quantity: stored, unit, working: `${show(stored)} ${unit}` }, price(name));
}
