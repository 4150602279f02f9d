import { type Charge, charge } from "../bill/charge.ts";
import { ceilTo, type Decimal, decimal, ONE, show } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import { readRequests } from "./requests.ts";
import { MS_PER_SECOND, type PriceOfRole, type Service } from "./service.ts";

/** SageMaker real-time and asynchronous endpoints: instances by the hour, their volumes, and data each way. */
export const sagemakerRealtime: Service = {
  priceId(role, region, inputs) {
    const item = role === "instance" ? inputs.text("instanceType") : "storage.gp2";
    return dataPriceId(role, region) ?? `aws/sagemakerRealtime/${region}/${item}`;
  },
  bill(inputs, price) {
    inputs.text("instanceType");
    const count = inputs.amount("count");
    const hours = inputs.amount("hours");
    const instances = {
      name: "instance",
      quantity: count.times(hours),
      unit: "instance-hour",
      working: `${show(count)} × ${show(hours)} h`,
    };
    return [
      ...charge(instances, price("instance")),
      ...(inputs.has("storage") ? billVolumes(inputs.group("storage"), count, price) : []),
      ...billData(inputs, price),
    ];
  },
};

function billVolumes(inputs: InputReader, count: Decimal, price: PriceOfRole): Charge[] {
  const gb = inputs.amount("gb");
  const days = inputs.amount("days");
  const daysPerMonth = inputs.amount("daysPerMonth");
  const usage = {
    name: "storage",
    quantity: count.times(gb).times(days).div(daysPerMonth),
    unit: "GB-month",
    working: `${show(count)} × ${show(gb)} GB × ${show(days)} / ${show(daysPerMonth)} days`,
  };
  return charge(usage, price("storage"));
}

/** Only this memory size has prices for provisioned concurrency; other sizes are taken to be linear in it. */
const PROVISIONED_GB = 2;

/** SageMaker Serverless Inference: seconds at the price of a memory size, and data each way. */
export const sagemakerServerless: Service = {
  priceId(role, region, inputs) {
    const items: Readonly<Record<string, string>> = {
      compute: `duration.${inputs.amount("memoryGb").toFixed()}GB`,
      provisioned: `provisionedConcurrency.${PROVISIONED_GB}GB`,
      computeProvisioned: `provisionedDuration.${PROVISIONED_GB}GB`,
    };
    return dataPriceId(role, region) ?? `aws/sagemakerServerless/${region}/${items[role] ?? role}`;
  },
  bill(inputs, price) {
    const sizes = inputs.amount("memoryGb").div(decimal(PROVISIONED_GB));
    return [
      ...charge(readSeconds(inputs), price("compute")),
      ...(inputs.has("provisionedConcurrency")
        ? billProvisioned(inputs.group("provisionedConcurrency"), sizes, price)
        : []),
      ...billData(inputs, price),
    ];
  },
};

function readSeconds(inputs: InputReader): { name: string; quantity: Decimal; unit: string; working: string } {
  const compute = { name: "compute", unit: "second" };
  const given = inputs.optionalAmount("inferenceSeconds");
  if (given !== undefined) return { ...compute, quantity: given, working: `${show(given)} seconds` };
  const requests = readRequests(inputs);
  const seconds = ceilTo(inputs.amount("durationMs"), ONE).div(MS_PER_SECOND);
  return { ...compute, quantity: requests.times(seconds), working: `${show(requests)} requests × ${show(seconds)} s` };
}

/** The prices are those of 2 GB, so seconds are counted in units of that size. */
function billProvisioned(inputs: InputReader, sizes: Decimal, price: PriceOfRole): Charge[] {
  const concurrency = inputs.amount("concurrency");
  const seconds = inputs.amount("seconds");
  const used = inputs.amount("inferenceSeconds");
  const scale = sizes.eq(ONE) ? "" : ` × ${show(sizes)} sizes of ${PROVISIONED_GB} GB`;
  return [
    ...charge(
      {
        name: "provisioned",
        quantity: concurrency.times(seconds).times(sizes),
        unit: "second",
        working: `${show(concurrency)} × ${show(seconds)} s${scale}`,
      },
      price("provisioned"),
    ),
    ...charge(
      { name: "computeProvisioned", quantity: used.times(sizes), unit: "second", working: `${show(used)} s${scale}` },
      price("computeProvisioned"),
    ),
  ];
}

function dataPriceId(role: string, region: string): string | undefined {
  if (role === "dataIn") return `aws/sagemakerDataProcessing/${region}/in`;
  return role === "dataOut" ? `aws/sagemakerDataProcessing/${region}/out` : undefined;
}

/** Each direction is charged for itself. */
function billData(inputs: InputReader, price: PriceOfRole): Charge[] {
  return [
    { name: "dataIn", gb: inputs.optionalAmount("dataInGb") },
    { name: "dataOut", gb: inputs.optionalAmount("dataOutGb") },
  ].flatMap(({ name, gb }) =>
    gb === undefined ? [] : charge({ name, quantity: gb, unit: "GB", working: `${show(gb)} GB` }, price(name)),
  );
}
