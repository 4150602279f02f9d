import { concurrencyOf, cpuOf } from "../instance-size.ts";
import { type Check, rule } from "./finding.ts";

const MOST_SECONDS = 3_600;

/** Time, processors and number of instances. */
export const checkInstance: Check = (plan) => {
  const { memoryMb } = plan;
  return [
    ...rule(plan.timeoutSeconds > MOST_SECONDS, {
      key: "inference.timeout",
      rule: `a function answers within ${MOST_SECONDS} s, and ${plan.timeoutSeconds} are asked for`,
      wayOut: `Write at most ${MOST_SECONDS}`,
    }),
    ...rule(concurrencyOf(plan) > 1 && cpuOf(plan) < 1, {
      key: "inference.google.concurrency",
      rule: `more than one request at once needs a whole processor, and ${memoryMb} MB come with ${cpuOf(plan)}`,
      wayOut: "Write inference.google.cpu: 1, or leave out inference.google.concurrency",
    }),
    ...rule((plan.google.minInstances ?? 0) > (plan.google.maxInstances ?? Number.POSITIVE_INFINITY), {
      key: "inference.google.minInstances",
      rule: `${plan.google.minInstances} is more than maxInstances, ${plan.google.maxInstances}`,
      wayOut: "Write less, or raise inference.google.maxInstances",
    }),
  ];
};
