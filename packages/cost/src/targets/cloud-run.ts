import type { Component } from "../bill/bill.ts";
import { neededInstances, peakInstances, workersOf } from "../capacity/capacity.ts";
import {
  ceilTo,
  type Decimal,
  decimal,
  fromEstimate,
  larger,
  ONE,
  show,
  smaller,
  sum,
  ZERO,
} from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import type { UnknownRecord } from "../unknown-record.ts";
import { aliveHours, coldStartRate } from "../workload/cold-starts.ts";
import type { Load } from "../workload/load.ts";
import { brokenLimits, tooLittleMemory } from "./limits.ts";
import type { Plan, Planner, Settings } from "./plan.ts";
import { allowance, GOOGLE, logsAndEgress, openFigures, storedModel } from "./surroundings.ts";

const MB_PER_GIB = decimal(1_024);
const SECONDS_PER_HOUR = decimal(3_600);
const MS_PER_SECOND = decimal(1_000);
const BILLED_STEP_MS = decimal(100);
const MOST_GIB = decimal(32);
/** Source: Cloud Run, "Configure memory limits": with instance-based billing at least 512 MiB. */
const LEAST_GIB_BY_INSTANCE = decimal(0.5);
const LEAST_GIB_BY_REQUEST = decimal(0.125);
/** An instance was seen to end about this long after its last request. */
const KEPT_WARM_SECONDS = 900;
const LIMITS = {
  requestMb: "32",
  responseMb: "32",
  timeoutSeconds: 3_600,
  wayOut: "send smaller bodies, or take instances (ec2, vertex)",
};
/** Least vCPUs for so many GiB. */
const CPU_STEPS = [
  { gib: 4, vcpu: 1 },
  { gib: 8, vcpu: 2 },
  { gib: 16, vcpu: 4 },
  { gib: 32, vcpu: 8 },
];

interface Setup {
  readonly billing: "request" | "instance";
  readonly vcpu: Decimal;
  readonly memoryGib: Decimal;
  readonly concurrency: Decimal;
  readonly minInstances: Decimal;
}

/** A service on Cloud Run, billed by requests or by instances. */
export function planCloudRun(product: string): Planner {
  return (target, region, load, settings) => {
    const setup = readSetup(target, load);
    const rate = coldStartRate(load, KEPT_WARM_SECONDS);
    const capacity = { vcpu: setup.vcpu, maxUtilization: settings.maxUtilization };
    const instances = larger(setup.minInstances, peakInstances(load, capacity));
    const inputs =
      setup.billing === "request"
        ? requestInputs(setup, load, rate, settings)
        : instanceInputs(setup, load, (requests) => neededInstances(requests, load, capacity));
    const components: Component[] = [
      { id: "run", service: "gcp.cloudRun", region, inputs },
      ...storedModel(GOOGLE, region, load, load.requests.times(rate)),
      ...logsAndEgress(GOOGLE, region, load, settings),
    ];
    return {
      name: nameOf(product, setup),
      memoryMb: setup.memoryGib.times(MB_PER_GIB),
      ...(setup.billing === "instance" ? { instances } : {}),
      components,
      problems: problemsOf(setup, load),
      assumptions: assumptionsOf(setup, load, rate, settings),
      warnings: [],
      notPriced: [...openFigures(load), "the container's image"],
    };
  };
}

function readSetup(target: InputReader, load: Load): Setup {
  const billing = target.has("billing") ? target.choice("billing", ["request", "instance"]) : "request";
  const needed = load.memoryMb.div(MB_PER_GIB);
  const least = billing === "instance" ? LEAST_GIB_BY_INSTANCE : LEAST_GIB_BY_REQUEST;
  const memoryGib = target.optionalAmount("memoryGib") ?? larger(needed, least);
  const step = CPU_STEPS.find(({ gib }) => memoryGib.lte(gib));
  return {
    billing,
    memoryGib,
    vcpu: target.optionalAmount("vcpu") ?? larger(load.threads, decimal(step?.vcpu ?? 8)),
    concurrency: target.optionalAmount("concurrency") ?? ONE,
    minInstances: target.optionalAmount("minInstances") ?? ZERO,
  };
}

function requestInputs(setup: Setup, load: Load, rate: Decimal, { isFree, book }: Settings): UnknownRecord {
  const concurrency = effectiveConcurrency(setup, load);
  const activeHours = load.requests.times(billedSeconds(load)).div(concurrency).div(SECONDS_PER_HOUR);
  const idleHours = larger(ZERO, setup.minInstances.times(load.hoursPerMonth).minus(activeHours));
  const quantity = (item: string): string => allowance(book, `gcp/cloudRun/global/freeTier.${item}`);
  return {
    billing: "request",
    requests: load.requests.toFixed(),
    durationMs: load.durationMs.toFixed(),
    vcpu: setup.vcpu.toFixed(),
    memoryGib: setup.memoryGib.toFixed(),
    concurrency: concurrency.toFixed(),
    ...(load.coldStart === undefined
      ? {}
      : { coldStart: { rate: rate.toFixed(), startMs: load.coldStart.initMs.toFixed() } }),
    ...(setup.minInstances.eq(0) ? {} : { idleHours: idleHours.toFixed() }),
    ...(isFree
      ? {
          freeTier: "creditAtTier1",
          allowances: {
            cpu: quantity("request.cpu"),
            memory: quantity("request.memory"),
            requests: quantity("requests"),
          },
        }
      : {}),
  };
}

/** The time of an instance is rounded up to 100 ms. */
function billedSeconds(load: Load): Decimal {
  return ceilTo(load.durationMs, BILLED_STEP_MS).div(MS_PER_SECOND);
}

/**
 * Requests that share the time of an instance: no more than it has CPUs for, since inference gains nothing from taking
 * turns, and fewer where traffic is too thin to overlap.
 */
function effectiveConcurrency({ vcpu, concurrency }: Setup, load: Load): Decimal {
  const most = larger(ONE, smaller(concurrency, workersOf(vcpu, load)));
  const seconds = billedSeconds(load);
  const work = load.requests.times(seconds);
  if (most.eq(ONE) || work.eq(0)) return ONE;
  const active = sum(
    load.traffic.map(({ requests, hours }) => {
      const perHour = requests.times(seconds);
      const overlap = -Math.expm1(-perHour.div(SECONDS_PER_HOUR).toNumber());
      return hours.times(larger(perHour.div(most), SECONDS_PER_HOUR.times(fromEstimate(overlap))));
    }),
  );
  return larger(ONE, smaller(most, work.div(active)));
}

function instanceInputs(setup: Setup, load: Load, needed: (requests: Decimal) => Decimal): UnknownRecord {
  const hours = larger(aliveHours(load, KEPT_WARM_SECONDS, needed), setup.minInstances.times(load.hoursPerMonth));
  return {
    billing: "instance",
    instances: hours.div(load.hoursPerMonth).toFixed(),
    hours: load.hoursPerMonth.toFixed(),
    vcpu: setup.vcpu.toFixed(),
    memoryGib: setup.memoryGib.toFixed(),
  };
}

function problemsOf({ billing, vcpu, memoryGib, concurrency }: Setup, load: Load): string[] {
  const least = CPU_STEPS.find(({ gib }) => memoryGib.lte(gib))?.vcpu ?? 8;
  return [
    ...(memoryGib.gt(MOST_GIB) ? [`an instance has at most 32 GiB, and ${show(memoryGib)} are asked for`] : []),
    ...(billing === "instance" && memoryGib.lt(LEAST_GIB_BY_INSTANCE)
      ? [`an instance that is billed as a whole has at least 0.5 GiB, and ${show(memoryGib)} are asked for`]
      : []),
    ...(memoryGib.gt(4) && vcpu.lt(least) ? [`${show(memoryGib)} GiB need ${least} vCPU, not ${show(vcpu)}`] : []),
    ...(vcpu.gt(8) ? [`an instance has at most 8 vCPU, and ${show(vcpu)} are asked for`] : []),
    ...(vcpu.lt(1) && concurrency.gt(1) ? ["less than 1 vCPU takes one request at a time: set concurrency to 1"] : []),
    ...tooLittleMemory(load, memoryGib.times(MB_PER_GIB)),
    ...brokenLimits(LIMITS, load),
  ];
}

function nameOf(product: string, { billing, vcpu, memoryGib, concurrency, minInstances }: Setup): string {
  const parts = [
    `${product}, ${billing}-based`,
    `${vcpu.toFixed()} vCPU`,
    `${memoryGib.round(2).toFixed()} GiB`,
    ...(concurrency.eq(ONE) ? [] : [`concurrency ${concurrency.toFixed()}`]),
    ...(minInstances.eq(0) ? [] : [`${minInstances.toFixed()} kept`]),
  ];
  return parts.join(", ");
}

function assumptionsOf(setup: Setup, load: Load, rate: Decimal, settings: Settings): Plan["assumptions"] {
  const kept = `instances live for ${KEPT_WARM_SECONDS / 60} minutes after their last request`;
  return [
    ...(setup.billing === "instance" ? [kept] : []),
    ...(setup.billing === "instance" && settings.isFree ? ["free instance time is not subtracted"] : []),
    ...(setup.billing === "request" && load.coldStart !== undefined && load.coldStart.rate === undefined
      ? [`${show(rate.times(100).round(6))} % of requests are cold: ${kept}`]
      : []),
    ...(setup.concurrency.gt(ONE)
      ? [`an instance works on ${show(effectiveConcurrency(setup, load).round(3))} requests at a time`]
      : []),
  ];
}
