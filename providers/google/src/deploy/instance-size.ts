import type { ServicePlan } from "@virga/deploy";

/** Processors that come with memory, in MB. Source: Cloud Run functions, "Configure memory limits" and "CPU". */
const PROCESSORS: readonly (readonly [memoryMb: number, cpu: number])[] = [
  [128, 0.083],
  [256, 0.167],
  [512, 0.333],
  [1_024, 0.583],
  [2_048, 1],
  [8_192, 2],
  [16_384, 4],
  [32_768, 8],
];

const REQUESTS_PER_PROCESSOR = 8;

type Sized = Pick<ServicePlan, "google" | "memoryMb">;

/** Processors of one instance. */
export function cpuOf({ google, memoryMb }: Sized): number {
  const [, cpu = 8] = PROCESSORS.find(([mostMb]) => memoryMb <= mostMb) ?? [];
  return google.cpu ?? cpu;
}

/** Requests that one instance takes at once; below a whole processor Google allows one. */
export function concurrencyOf(plan: Sized): number {
  return plan.google.concurrency ?? Math.max(1, REQUESTS_PER_PROCESSOR * Math.floor(cpuOf(plan)));
}

/** Runs that one instance carries out at once beside the thread that answers; none where it gets one request at a time. */
export function workersOf(plan: Sized): number {
  const concurrency = concurrencyOf(plan);
  return concurrency > 1 ? Math.min(concurrency, Math.max(1, Math.floor(cpuOf(plan)))) : 0;
}
