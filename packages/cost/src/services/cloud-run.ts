import { type Charge, charge } from "../bill/charge.ts";
import { ceilTo, type Decimal, decimal, larger, ONE, show, smaller, sum, ZERO } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import { readRequests } from "./requests.ts";
import { MS_PER_SECOND, type PriceOfRole, SECONDS_PER_HOUR, type Service, showFree } from "./service.ts";

/** The time of an instance is rounded up to this. */
const STEP_MS = decimal(100);

const ITEMS: Readonly<Record<string, string>> = {
  minInstanceCpu: "minInstance.cpu",
  minInstanceMemory: "minInstance.memory",
};
/** Its prices are those in which free allowances are counted, wherever the service runs. */
const TIER_1_REGION = "us-central1";

/** Cloud Run and functions on it: request-based billing with idle minimum instances, or instance-based billing. */
export const cloudRun: Service = {
  priceId(role, region, inputs) {
    const [first = "", second] = role.split(".");
    if (first === "tier1" && second !== undefined) return itemId(second, TIER_1_REGION, inputs);
    return itemId(role, region, inputs);
  },
  bill(inputs, price) {
    const size = { vcpu: inputs.amount("vcpu"), memoryGib: inputs.amount("memoryGib") };
    const isByInstance = inputs.choice("billing", ["request", "instance"]) === "instance";
    if (isByInstance) return billSize(["cpu", "memory"], readInstanceSeconds(inputs), size, price);
    const idleHours = inputs.optionalAmount("idleHours");
    const idle = idleHours && {
      quantity: idleHours.times(SECONDS_PER_HOUR),
      working: `${show(idleHours)} h idle × 3,600`,
    };
    return [
      ...withFreeTier(inputs, price, [
        ...billSize(["cpu", "memory"], readActiveSeconds(inputs), size, price),
        ...(inputs.has("requests") ? billRequests(readRequests(inputs), price) : []),
      ]),
      ...(idle ? billSize(["minInstanceCpu", "minInstanceMemory"], idle, size, price) : []),
      ...billEgress(inputs, price),
    ];
  },
};

function itemId(role: string, region: string, inputs: InputReader): string {
  if (role === "requests") return "gcp/cloudRun/global/requests";
  if (role === "egress") return `gcp/network/${region}/internetOut.premium`;
  const billing = inputs.choice("billing", ["request", "instance"]);
  return `gcp/cloudRun/${region}/${ITEMS[role] ?? `${billing}.${role}`}`;
}

interface Seconds {
  readonly quantity: Decimal;
  readonly working: string;
}

function readInstanceSeconds(inputs: InputReader): Seconds {
  const instances = inputs.amount("instances");
  const hours = inputs.amount("hours");
  const quantity = instances.times(hours).times(SECONDS_PER_HOUR);
  return { quantity, working: `${show(instances)} × ${show(hours)} h × 3,600` };
}

/** Time in which an instance serves at least one request, and that in which it starts. */
function readActiveSeconds(inputs: InputReader): Seconds {
  const activeHours = inputs.optionalAmount("activeHours");
  if (activeHours !== undefined) {
    return { quantity: activeHours.times(SECONDS_PER_HOUR), working: `${show(activeHours)} h active × 3,600` };
  }
  const requests = readRequests(inputs);
  const seconds = ceilTo(inputs.amount("durationMs"), STEP_MS).div(MS_PER_SECOND);
  const concurrency = larger(ONE, inputs.amount("concurrency"));
  const shared = concurrency.eq(ONE) ? "" : ` / ${show(concurrency)} at a time`;
  const busy = requests.times(seconds).div(concurrency);
  const working = `${show(requests)} requests × ${show(seconds)} s${shared}`;
  if (!inputs.has("coldStart")) return { quantity: busy, working };
  const cold = inputs.group("coldStart");
  const starts = requests.times(cold.share("rate"));
  const startSeconds = ceilTo(cold.amount("startMs"), STEP_MS).div(MS_PER_SECOND);
  return {
    quantity: busy.plus(starts.times(startSeconds)),
    working: `(${working} + ${show(starts)} starts × ${show(startSeconds)} s)`,
  };
}

interface Size {
  readonly vcpu: Decimal;
  readonly memoryGib: Decimal;
}

function billSize(names: readonly [string, string], seconds: Seconds, size: Size, price: PriceOfRole): Charge[] {
  const cpu = {
    name: names[0],
    quantity: seconds.quantity.times(size.vcpu),
    unit: "vCPU-second",
    working: `${seconds.working} × ${show(size.vcpu)} vCPU`,
  };
  const memory = {
    name: names[1],
    quantity: seconds.quantity.times(size.memoryGib),
    unit: "GiB-second",
    working: `${seconds.working} × ${show(size.memoryGib)} GiB`,
  };
  return [...charge(cpu, price(names[0])), ...charge(memory, price(names[1]))];
}

function billRequests(requests: Decimal, price: PriceOfRole): Charge[] {
  const usage = { name: "requests", quantity: requests, unit: "request", working: `${show(requests)} requests` };
  return charge(usage, price("requests"));
}

/** Allowances are money at the prices of Tier 1; some calculators subtract units instead, which is right in Tier 1 only. */
function withFreeTier(inputs: InputReader, price: PriceOfRole, charges: readonly Charge[]): Charge[] {
  if (!inputs.has("freeTier")) return [...charges];
  const way = inputs.choice("freeTier", ["creditAtTier1", "subtractUnits"]);
  const allowances = inputs.group("allowances");
  if (way === "subtractUnits") return charges.map((each) => subtract(each, allowances.amount(each.name)));
  const credits = charges.map(({ name, amount }) => {
    const quantity = allowances.amount(name);
    return smaller(amount, quantity.times(price(`tier1.${name}`).bands[0].price));
  });
  const credit = sum(credits).neg();
  const [first] = charges;
  if (first === undefined) return [];
  const line: Charge = {
    name: "freeTierCredit",
    quantity: ONE,
    unit: "credit",
    working: "1 credit",
    unitPrice: credit,
    amount: credit,
    currency: first.currency,
    origin: price("tier1.cpu"),
  };
  return [...charges, line];
}

function subtract(each: Charge, free: Decimal): Charge {
  const quantity = larger(ZERO, each.quantity.minus(free));
  const working = `${each.working}${showFree(show(free))}`;
  return { ...each, quantity, working, amount: quantity.times(each.unitPrice) };
}

function billEgress(inputs: InputReader, price: PriceOfRole): Charge[] {
  const gb = inputs.optionalAmount("egressGb");
  if (gb === undefined) return [];
  const free = inputs.optionalAmount("egressFreeGb") ?? ZERO;
  const usage = {
    name: "egress",
    quantity: larger(ZERO, gb.minus(free)),
    unit: "GB",
    working: `${show(gb)} GB${free.eq(0) ? "" : showFree(show(free))}`,
  };
  return charge(usage, price("egress"));
}
