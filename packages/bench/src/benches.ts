import { coldStart } from "./cold-start/cold-start.ts";
import { fetchBench } from "./fetch/fetch.ts";
import type { Bench } from "./frame/bench.ts";
import { functionBench } from "./function/function.ts";
import { isolation } from "./isolation/isolation.ts";
import { lambda } from "./lambda/lambda.ts";
import { largeModel } from "./large-model/large-model.ts";
import { latency } from "./latency/latency.ts";
import { memory } from "./memory/memory.ts";
import { overload } from "./overload/overload.ts";
import { quota } from "./quota/quota.ts";
import { swap } from "./swap/swap.ts";
import { throughput } from "./throughput/throughput.ts";
import { warm } from "./warm/warm.ts";

/** Every benchmark; the one place to add one. */
export const BENCHES: readonly Bench[] = [
  warm,
  throughput,
  latency,
  isolation,
  quota,
  coldStart,
  fetchBench,
  swap,
  memory,
  largeModel,
  lambda,
  functionBench,
  overload,
];
