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
  const rates = load.ratesPerSecond;
  const perHour = rates.map((rate, index) => {
    const requests = rate * SECONDS_PER_HOUR;
    const afterPause = requests * Math.exp(-rate * keptWarmSeconds);
    const added = Math.max(0, (rate - (rates.at(index - 1) ?? rate)) * seconds);
    return Math.min(requests, afterPause + added);
  });
  const all = rates.reduce((total, rate) => total + rate * SECONDS_PER_HOUR, 0);
  return smaller(ONE, fromEstimate(perHour.reduce((total, starts) => total + starts, 0) / all));
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
