import { type Decimal, fromEstimate, ONE, smaller, sum, ZERO } from "../decimal/decimal.ts";
import type { Load } from "./load.ts";

const SECONDS_PER_HOUR = 3_600;

/**
 * Share of requests that find no warm instance: those after a pause longer than an instance is kept, with requests
 * arriving independently of each other, and one for each instance that a busier hour adds.
 */
export function coldStartRate(load: Load, keptWarmSeconds: number): Decimal {
  const given = load.coldStart?.rate;
  if (given !== undefined) return given;
  if (load.requests.eq(0)) return ZERO;
  const seconds = load.durationSeconds.toNumber();
  const rates = load.traffic.map(({ requests }) => requests.toNumber() / SECONDS_PER_HOUR);
  const starts = load.traffic.map(({ requests, hours }, index) => {
    const perSecond = rates[index] ?? 0;
    const before = rates.at(index - 1) ?? 0;
    const afterPause = requests.toNumber() * Math.exp(-perSecond * keptWarmSeconds);
    const added = Math.max(0, (perSecond - before) * seconds);
    return hours.times(smaller(requests, fromEstimate(afterPause + added)));
  });
  return smaller(ONE, fromEstimate(sum(starts).div(load.requests).toNumber()));
}

/** Hours of instances that exist because of requests, and for a while after the last of them, at any of which some run. */
export function aliveHours(load: Load, keptWarmSeconds: number, needed: (requests: Decimal) => Decimal): Decimal {
  return sum(
    load.traffic.map(({ requests, hours }) => {
      const count = needed(requests);
      if (count.gt(ONE)) return hours.times(count);
      const perSecond = requests.toNumber() / SECONDS_PER_HOUR;
      const share = 1 - Math.exp(-perSecond * (keptWarmSeconds + load.durationSeconds.toNumber()));
      return hours.times(fromEstimate(share));
    }),
  );
}
