import { neededInstances, peakInstances } from "../capacity/capacity.ts";
import { inputInvalid } from "../cost-error.ts";
import { decimal, ONE } from "../decimal/decimal.ts";
import { aliveHours } from "../workload/cold-starts.ts";
import { brokenLimits, tooLittleMemory } from "./limits.ts";
import type { Planner } from "./plan.ts";
import { allowance, GOOGLE, logsAndEgress, openFigures, storedModel } from "./surroundings.ts";

/** How many hours of the smallest class an hour counts for, and its memory. */
const CLASSES: Readonly<Record<string, { readonly multiple: number; readonly memoryMb: number }>> = {
  F1: { multiple: 1, memoryMb: 384 },
  F2: { multiple: 2, memoryMb: 768 },
  F4: { multiple: 4, memoryMb: 1_536 },
  F4_1G: { multiple: 6, memoryMb: 3_072 },
};
/** Instances end this long after their last request. */
const KEPT_WARM_SECONDS = 900;
const LIMITS = { requestMb: "32", responseMb: "32", timeoutSeconds: 600, wayOut: "take run" };
/** A class has less than one CPU or one of them. */
const VCPU = ONE;

/** App Engine standard with automatic scaling. */
export const planAppEngine: Planner = (target, region, load, settings) => {
  const instanceClass = target.text("instanceClass");
  const facts = Object.hasOwn(CLASSES, instanceClass) ? CLASSES[instanceClass] : undefined;
  if (facts === undefined) {
    throw inputInvalid(
      "target.instanceClass",
      `must be one of ${Object.keys(CLASSES).join(", ")}, not ${instanceClass}.`,
    );
  }
  const memoryMb = decimal(facts.memoryMb);
  const capacity = { vcpu: VCPU, maxUtilization: settings.maxUtilization };
  const hours = aliveHours(load, KEPT_WARM_SECONDS, (requests) => neededInstances(requests, load, capacity));
  const instances = peakInstances(load, capacity);
  const isFree = settings.isFree && instanceClass === "F1";
  return {
    name: `App Engine ${instanceClass}`,
    memoryMb,
    instances,
    components: [
      {
        id: "app",
        service: "gcp.appEngineStandard",
        region,
        inputs: {
          instanceClass,
          f1Multiple: facts.multiple,
          instances: hours.div(load.hoursPerMonth).toFixed(),
          hours: load.hoursPerMonth.toFixed(),
          ...(isFree ? { freeF1HoursPerDay: allowance(settings.book, "gcp/appEngineStandard/global/freeTier.F") } : {}),
        },
      },
      ...storedModel(GOOGLE, region, load, instances),
      ...logsAndEgress(GOOGLE, region, load, settings),
    ],
    problems: [...tooLittleMemory(load, memoryMb), ...brokenLimits(LIMITS, load)],
    assumptions: [
      `instances live for ${KEPT_WARM_SECONDS / 60} minutes after their last request`,
      ...(settings.isFree && !isFree
        ? ["free hours are for F1 only (whether larger classes have them is disputed)"]
        : []),
    ],
    warnings: [
      ...(instanceClass === "F4_1G" ? ["sources disagree about F4_1G: 0.30 or 0.20 an hour; the higher is taken"] : []),
    ],
    notPriced: openFigures(load),
  };
};
