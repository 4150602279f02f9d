import { ceilTo, type Decimal, decimal, larger, ONE, show, smaller, sum } from "../decimal/decimal.ts";
import type { UnknownRecord } from "../unknown-record.ts";
import type { Load } from "../workload/load.ts";
import { brokenLimits, tooLittleMemory } from "./limits.ts";
import { dataInputs } from "./machine-targets.ts";
import type { Planner } from "./plan.ts";
import { AWS, logsAndEgress, openFigures, storedModel } from "./surroundings.ts";

const MB_PER_GB = decimal(1_024);
const MS_PER_SECOND = decimal(1_000);
const SECONDS_PER_HOUR = decimal(3_600);
const MOST_GB = decimal(6);
const LIMITS = { requestMb: "4", responseMb: "4", timeoutSeconds: 60, wayOut: "take sagemaker or lambda" };

/** A SageMaker endpoint without instances. */
export const planSageMakerServerless: Planner = (target, region, load, settings) => {
  const memoryGb = target.optionalAmount("memoryGb") ?? larger(ONE, ceilTo(load.memoryMb.div(MB_PER_GB), ONE));
  const provisioned = target.has("provisionedConcurrency")
    ? target.group("provisionedConcurrency").amount("concurrency")
    : undefined;
  const isSizeWrong = memoryGb.lt(ONE) || memoryGb.gt(MOST_GB) || !memoryGb.round(0).eq(memoryGb);
  const suffix = provisioned === undefined ? "" : `, ${provisioned.toFixed()} provisioned`;
  return {
    name: `SageMaker Serverless, ${memoryGb.toFixed()} GB${suffix}`,
    memoryMb: memoryGb.times(MB_PER_GB),
    components: [
      {
        id: "endpoint",
        service: "aws.sagemakerServerless",
        region,
        inputs: { ...secondsInputs(load, provisioned), memoryGb: memoryGb.toFixed(), ...dataInputs(load) },
      },
      ...storedModel(AWS, region, load, ONE),
      ...logsAndEgress(AWS, region, load, settings),
    ],
    problems: [
      ...(isSizeWrong ? [`memory is from 1 to 6 GB in steps of 1 GB, not ${show(memoryGb)}: take sagemaker`] : []),
      ...tooLittleMemory(load, memoryGb.times(MB_PER_GB)),
      ...brokenLimits(LIMITS, load),
    ],
    assumptions: ["starts of containers are not billed (AWS does not say)"],
    warnings: [],
    notPriced: [...openFigures(load), "the container's image"],
  };
};

/** Seconds on demand, and those that provisioned instances serve, hour by hour. */
function secondsInputs(load: Load, provisioned: Decimal | undefined): UnknownRecord {
  if (provisioned === undefined) return { requests: load.requests.toFixed(), durationMs: load.durationMs.toFixed() };
  const seconds = ceilTo(load.durationMs, ONE).div(MS_PER_SECOND);
  const perHour = provisioned.times(SECONDS_PER_HOUR);
  const all = load.requests.times(seconds);
  const served = smaller(
    all,
    sum(load.traffic.map(({ requests, hours }) => hours.times(smaller(requests.times(seconds), perHour)))),
  ).round(12);
  return {
    inferenceSeconds: all.minus(served).toFixed(),
    provisionedConcurrency: {
      concurrency: provisioned.toFixed(),
      seconds: load.hoursPerMonth.times(SECONDS_PER_HOUR).toFixed(),
      inferenceSeconds: served.toFixed(),
    },
  };
}
