import { inputInvalid } from "../cost-error.ts";
import { type Decimal, decimal, ONE, parseDecimal, sum } from "../decimal/decimal.ts";
import { type InputReader, readInputs } from "../input-reader.ts";
import type { Workload } from "./workload.ts";

/** Hours in which there are as many requests. */
export interface TrafficLevel {
  /** Requests in one such hour. */
  readonly requests: Decimal;
  /** How many such hours a month has. */
  readonly hours: Decimal;
}

/** A workload, read and checked. */
export interface Load {
  readonly requests: Decimal;
  readonly durationMs: Decimal;
  readonly durationSeconds: Decimal;
  readonly memoryMb: Decimal;
  readonly threads: Decimal;
  readonly requestBytes: Decimal | undefined;
  readonly responseBytes: Decimal | undefined;
  readonly logBytes: Decimal | undefined;
  readonly modelBytes: Decimal | undefined;
  readonly coldStart: { readonly initMs: Decimal; readonly rate: Decimal | undefined } | undefined;
  readonly hoursPerMonth: Decimal;
  /** One entry where traffic is flat. */
  readonly traffic: readonly TrafficLevel[];
  /** Requests per second in each hour of the week, or in all of them: for what a model of traffic says. */
  readonly ratesPerSecond: readonly number[];
  readonly isFromInternet: boolean;
}

const HOURS_PER_WEEK = 168;
const SECONDS_PER_HOUR = 3_600;
const MS_PER_SECOND = decimal(1_000);

/** Reads a workload for a month of so many hours. @throws CostError `INPUT_INVALID` naming the field. */
export function readLoad(workload: Workload, hoursPerMonth: Decimal): Load {
  const { hourlyProfile, ...rest } = workload;
  const inputs = readInputs(rest, "workload");
  const requests = inputs.amount("requests");
  const durationMs = inputs.amount("durationMs");
  const load: Load = {
    requests,
    durationMs,
    durationSeconds: durationMs.div(MS_PER_SECOND),
    memoryMb: atLeast(inputs, "memoryMb", ONE),
    threads: inputs.has("threads") ? atLeast(inputs, "threads", ONE) : ONE,
    requestBytes: inputs.optionalAmount("requestBytes"),
    responseBytes: inputs.optionalAmount("responseBytes"),
    logBytes: inputs.optionalAmount("logBytes"),
    modelBytes: inputs.optionalAmount("modelBytes"),
    coldStart: inputs.has("coldStart") ? readColdStart(inputs.group("coldStart")) : undefined,
    hoursPerMonth,
    ...readTraffic(requests, hourlyProfile, hoursPerMonth),
    isFromInternet: !inputs.has("callers") || inputs.choice("callers", ["internet", "same-region"]) === "internet",
  };
  inputs.finish();
  return load;
}

function atLeast(inputs: InputReader, name: string, least: Decimal): Decimal {
  const amount = inputs.amount(name);
  if (amount.lt(least)) throw inputInvalid(`workload.${name}`, `must be ${least.toFixed()} or more.`);
  return amount;
}

function readColdStart(inputs: InputReader): NonNullable<Load["coldStart"]> {
  return { initMs: inputs.amount("initMs"), rate: inputs.has("rate") ? inputs.share("rate") : undefined };
}

function readTraffic(
  requests: Decimal,
  profile: Workload["hourlyProfile"],
  hoursPerMonth: Decimal,
): Pick<Load, "traffic" | "ratesPerSecond"> {
  const perSecond = requests.toNumber() / hoursPerMonth.toNumber() / SECONDS_PER_HOUR;
  if (profile === undefined) {
    return { traffic: [{ requests: requests.div(hoursPerMonth), hours: hoursPerMonth }], ratesPerSecond: [perSecond] };
  }
  const weights = readWeights(profile);
  const total = sum(weights);
  if (total.eq(0)) throw inputInvalid(PROFILE, "must have a weight above 0.");
  const hours = hoursPerMonth.div(HOURS_PER_WEEK);
  const perWeight = requests.div(total).div(hours);
  const counts = new Map<string, number>();
  for (const weight of weights) counts.set(weight.toFixed(), (counts.get(weight.toFixed()) ?? 0) + 1);
  return {
    traffic: [...counts].map(([weight, count]) => ({ requests: perWeight.times(weight), hours: hours.times(count) })),
    ratesPerSecond: weights.map((weight) => (perSecond * HOURS_PER_WEEK * weight.toNumber()) / total.toNumber()),
  };
}

const PROFILE = "workload.hourlyProfile";

function readWeights(profile: NonNullable<Workload["hourlyProfile"]>): Decimal[] {
  if (!Array.isArray(profile) || profile.length !== HOURS_PER_WEEK) {
    throw inputInvalid(PROFILE, `must be a list of ${HOURS_PER_WEEK} weights, one for each hour of a week.`);
  }
  return profile.map((weight, index) => parseDecimal(weight, `${PROFILE}[${index}]`));
}
