import { type Charge, charge } from "../bill/charge.ts";
import { ceilTo, type Decimal, decimal, larger, ONE, show, ZERO } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import { billExtras } from "./lambda-extras.ts";
import { readRequests } from "./requests.ts";
import {
  above,
  MB_PER_GB,
  MS_PER_SECOND,
  type PriceOfRole,
  SECONDS_PER_HOUR,
  type Service,
  showFree,
} from "./service.ts";

const FREE_EPHEMERAL_MB = decimal(512);
/** Provisioned concurrency is billed in steps of five minutes. */
const PROVISIONED_STEP_SECONDS = decimal(300);

const ITEMS: Readonly<Record<string, string>> = {
  compute: "duration",
  ephemeral: "ephemeralStorage",
  provisioned: "provisionedConcurrency",
  computeProvisioned: "provisionedDuration",
  streaming: "responseStreaming",
  tenantIsolation: "tenantIsolation",
  snapStartCache: "snapStart.cache",
  snapStartRestore: "snapStart.restore",
};
const BY_ARCHITECTURE = new Set(["compute", "provisioned", "computeProvisioned", "tenantIsolation"]);

/** AWS Lambda: requests, GB-seconds with billed INIT, /tmp, provisioned concurrency, SnapStart, streaming. */
export const lambda: Service = {
  priceId(role, region, inputs) {
    const architecture = inputs.choice("architecture", ["x86_64", "arm64"]) === "arm64" ? "arm64" : "x86";
    const suffix = BY_ARCHITECTURE.has(role) ? `.${architecture}` : "";
    return `aws/lambda/${region}/${ITEMS[role] ?? role}${suffix}`;
  },
  bill(inputs, price) {
    inputs.choice("architecture", ["x86_64", "arm64"]);
    const requests = readRequests(inputs);
    const memoryGb = inputs.amount("memoryMb").div(MB_PER_GB);
    const seconds = readSeconds(inputs, requests);
    const isFree = inputs.flag("freeTier");
    const freeRequests = isFree ? inputs.amount("freeTierRequests") : undefined;
    const freeGbSeconds = isFree ? inputs.amount("freeTierGbSeconds") : undefined;
    const provisioned = inputs.has("provisionedConcurrency") ? inputs.group("provisionedConcurrency") : undefined;
    const allRequests = provisioned === undefined ? requests : requests.plus(provisioned.amount("requests"));
    return [
      ...charge(
        {
          name: "requests",
          quantity: above(allRequests, freeRequests),
          unit: "request",
          working: `${show(allRequests)} requests${showFree(freeRequests && show(freeRequests))}`,
        },
        price("requests"),
      ),
      ...(requests.eq(0) ? [] : billCompute(seconds, memoryGb, freeGbSeconds, price)),
      ...(provisioned === undefined ? [] : billProvisioned(provisioned, memoryGb, price)),
      ...billEphemeral(inputs, seconds, price),
      ...billExtras(inputs, { requests, memoryGb }, price),
    ];
  },
};

interface BilledSeconds {
  readonly quantity: Decimal;
  readonly working: string;
}

/** Whole milliseconds per request; INIT is billed with the request that is cold. */
function readSeconds(inputs: InputReader, requests: Decimal): BilledSeconds {
  const durationMs = inputs.amount("durationMs");
  const cold = inputs.has("coldStart") ? inputs.group("coldStart") : undefined;
  const warmMs = ceilTo(durationMs, ONE);
  const rate = cold?.share("rate") ?? ZERO;
  const coldMs = ceilTo(durationMs.plus(cold?.amount("initMs") ?? ZERO), ONE);
  const extraSeconds = requests.times(rate).times(coldMs.minus(warmMs)).div(MS_PER_SECOND);
  const warmSeconds = warmMs.div(MS_PER_SECOND);
  const plain = `${show(requests)} requests × ${show(warmSeconds)} s`;
  const init = ` + ${show(requests.times(rate))} cold × ${show(coldMs.minus(warmMs).div(MS_PER_SECOND))} s INIT`;
  return {
    quantity: requests.times(warmSeconds).plus(extraSeconds),
    working: extraSeconds.eq(0) ? plain : `(${plain}${init})`,
  };
}

function billCompute(
  seconds: BilledSeconds,
  memoryGb: Decimal,
  free: Decimal | undefined,
  price: PriceOfRole,
): Charge[] {
  const usage = {
    name: "compute",
    quantity: above(seconds.quantity.times(memoryGb), free),
    unit: "GB-second",
    working: `${seconds.working} × ${show(memoryGb)} GB${showFree(free && show(free))}`,
  };
  return charge(usage, price("compute"));
}

function billEphemeral(inputs: InputReader, seconds: BilledSeconds, price: PriceOfRole): Charge[] {
  const ephemeralMb = inputs.optionalAmount("ephemeralMb") ?? FREE_EPHEMERAL_MB;
  const billedGb = larger(ZERO, ephemeralMb.minus(FREE_EPHEMERAL_MB)).div(MB_PER_GB);
  if (billedGb.eq(0)) return [];
  const usage = {
    name: "ephemeral",
    quantity: seconds.quantity.times(billedGb),
    unit: "GB-second",
    working: `${seconds.working} × ${show(billedGb)} GB of /tmp above 512 MB`,
  };
  return charge(usage, price("ephemeral"));
}

/** Once for being configured, once for running; neither has a free tier. */
function billProvisioned(inputs: InputReader, memoryGb: Decimal, price: PriceOfRole): Charge[] {
  const concurrency = inputs.amount("concurrency");
  const configuredSeconds = ceilTo(inputs.amount("hours").times(SECONDS_PER_HOUR), PROVISIONED_STEP_SECONDS);
  const requests = inputs.amount("requests");
  const seconds = ceilTo(inputs.amount("durationMs"), ONE).div(MS_PER_SECOND);
  return [
    ...charge(
      {
        name: "provisioned",
        quantity: concurrency.times(configuredSeconds).times(memoryGb),
        unit: "GB-second",
        working: `${show(concurrency)} × ${show(configuredSeconds)} s × ${show(memoryGb)} GB`,
      },
      price("provisioned"),
    ),
    ...charge(
      {
        name: "computeProvisioned",
        quantity: requests.times(seconds).times(memoryGb),
        unit: "GB-second",
        working: `${show(requests)} requests × ${show(seconds)} s × ${show(memoryGb)} GB`,
      },
      price("computeProvisioned"),
    ),
  ];
}
