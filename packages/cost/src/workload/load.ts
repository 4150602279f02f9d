import { inputInvalid } from "../cost-error.ts";
import { type Decimal, decimal, ONE, parseDecimal, sum, ZERO } from "../decimal/decimal.ts";
import { type InputReader, readInputs } from "../input-reader.ts";
import type { Workload } from "./workload.ts";

/** Hours of the week in which traffic is the same. */
export interface TrafficHour {
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
  /** In the order of the week; one entry where traffic is flat. */
  readonly traffic: readonly TrafficHour[];
  readonly isFromInternet: boolean;
}

const HOURS_PER_WEEK = 168;
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
    traffic: readTraffic(requests, hourlyProfile, hoursPerMonth),
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

function readTraffic(requests: Decimal, profile: Workload["hourlyProfile"], hoursPerMonth: Decimal): TrafficHour[] {
  if (profile === undefined) {
    return [{ requests: hoursPerMonth.eq(0) ? ZERO : requests.div(hoursPerMonth), hours: hoursPerMonth }];
  }
  const field = "workload.hourlyProfile";
  if (!Array.isArray(profile) || profile.length !== HOURS_PER_WEEK) {
    throw inputInvalid(field, `must be a list of ${HOURS_PER_WEEK} weights, one for each hour of a week.`);
  }
  const weights = profile.map((weight, index) => parseDecimal(weight, `${field}[${index}]`));
  const total = sum(weights);
  if (total.eq(0)) throw inputInvalid(field, "must have a weight above 0.");
  const hours = hoursPerMonth.div(HOURS_PER_WEEK);
  return weights.map((weight) => ({ requests: requests.times(weight).div(total).div(hours), hours }));
}
