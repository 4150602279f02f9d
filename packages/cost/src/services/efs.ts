import { type Charge, charge } from "../bill/charge.ts";
import { type Decimal, larger, show, sum, ZERO } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import { HOURS_PER_DAY, type PriceOfRole, type Service } from "./service.ts";

const ITEMS: Readonly<Record<string, string>> = {
  storage: "storage.standard",
  elasticRead: "throughput.elasticRead",
  elasticWrite: "throughput.elasticWrite",
  provisionedThroughput: "throughput.provisioned",
};

/** EFS Standard: storage, and the throughput that is read and written (elastic) or kept ready (provisioned). */
export const efs: Service = {
  priceId: (role, region) => `aws/efs/${region}/${ITEMS[role] ?? role}`,
  bill(inputs, price) {
    const stored = readStored(inputs);
    const read = inputs.optionalAmount("elasticReadGb");
    const written = inputs.optionalAmount("elasticWriteGb");
    return [
      ...charge({ name: "storage", unit: "GB-month", ...stored }, price("storage")),
      ...(read ? charge(inGb("elasticRead", read), price("elasticRead")) : []),
      ...(written ? charge(inGb("elasticWrite", written), price("elasticWrite")) : []),
      ...(inputs.has("provisionedMibps") ? billProvisioned(inputs, stored.quantity, price) : []),
    ];
  },
};

function inGb(name: string, gb: Decimal): { name: string; quantity: Decimal; unit: string; working: string } {
  return { name, quantity: gb, unit: "GB", working: `${show(gb)} GB` };
}

/** An average, or what was stored in each part of the month. */
function readStored(inputs: InputReader): { quantity: Decimal; working: string } {
  if (!inputs.has("intervals")) {
    const average = inputs.amount("averageGb");
    return { quantity: average, working: `${show(average)} GB-month` };
  }
  const intervals = inputs.list("intervals").map((each) => ({ gb: each.amount("gb"), days: each.amount("days") }));
  const monthHours = inputs.amount("monthHours");
  const gbHours = sum(intervals.map(({ gb, days }) => gb.times(days).times(HOURS_PER_DAY)));
  const parts = intervals.map(({ gb, days }) => `${show(gb)} GB × ${show(days)} days × 24`);
  return { quantity: gbHours.div(monthHours), working: `(${parts.join(" + ")}) / ${show(monthHours)} h` };
}

function billProvisioned(inputs: InputReader, storedGb: Decimal, price: PriceOfRole): Charge[] {
  const provisioned = inputs.amount("provisionedMibps");
  const included = storedGb.times(inputs.amount("includedMibpsPerGb"));
  const usage = {
    name: "provisionedThroughput",
    quantity: larger(ZERO, provisioned.minus(included)),
    unit: "MiBps-month",
    working: `${show(provisioned)} MiB/s - ${show(included)} included`,
  };
  return charge(usage, price("provisionedThroughput"));
}
