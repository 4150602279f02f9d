import type { Decimal } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import { HOURS_PER_DAY } from "./service.ts";

/** Requests per month, given as such or per day of a month of so many hours. */
export function readRequests(inputs: InputReader): Decimal {
  if (!inputs.has("requestsPerDay")) return inputs.amount("requests");
  return inputs.amount("requestsPerDay").times(inputs.amount("hoursPerMonth")).div(HOURS_PER_DAY);
}
