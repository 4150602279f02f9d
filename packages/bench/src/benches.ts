import { coldStart } from "./cold-start/cold-start.ts";
import type { Bench } from "./frame/bench.ts";
import { warm } from "./warm/warm.ts";

/** Every benchmark; the one place to add one. */
export const BENCHES: readonly Bench[] = [warm, coldStart];
