import { ceilTo, type Decimal, decimal, floor, larger, ONE, sum } from "../decimal/decimal.ts";
import type { Load } from "../workload/load.ts";

const SECONDS_PER_HOUR = decimal(3_600);

/** What one instance can do at once, and how busy it may be. */
export interface InstanceCapacity {
  readonly vcpu: Decimal;
  /** Highest share of its time in which an instance may be busy, so that requests do not queue up. */
  readonly maxUtilization: Decimal;
}

/** Requests that one instance works on at once without one slowing down the other. */
export function workersOf(vcpu: Decimal, load: Load): Decimal {
  return larger(ONE, floor(vcpu.div(load.threads)));
}

/** Instances that so many requests in an hour keep busy, as a whole number. */
export function neededInstances(requestsPerHour: Decimal, load: Load, capacity: InstanceCapacity): Decimal {
  const workers = workersOf(capacity.vcpu, load);
  const perInstance = SECONDS_PER_HOUR.times(workers).times(capacity.maxUtilization);
  return ceilTo(requestsPerHour.times(load.durationSeconds).div(perInstance), ONE);
}

/** Instances that the busiest hour needs; at least one. */
export function peakInstances(load: Load, capacity: InstanceCapacity): Decimal {
  return load.traffic
    .map(({ requests }) => neededInstances(requests, load, capacity))
    .reduce((most, count) => larger(most, count), ONE);
}

/** Hours of instances in a month when their number follows the traffic, never below `least`. */
export function scaledInstanceHours(load: Load, capacity: InstanceCapacity, least: Decimal): Decimal {
  return sum(
    load.traffic.map(({ requests, hours }) => hours.times(larger(least, neededInstances(requests, load, capacity)))),
  );
}
