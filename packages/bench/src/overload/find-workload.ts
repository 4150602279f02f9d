import { UsageError } from "../frame/bench.ts";
import { WORKLOADS, type Workload } from "../throughput/workloads.ts";

export const WORKLOAD_NAMES: readonly string[] = WORKLOADS.map(({ graph }) => graph.name);

/** @throws UsageError for a name that none has. */
export function findWorkload(name: string): Workload {
  const workload = WORKLOADS.find(({ graph }) => graph.name === name);
  if (workload !== undefined) return workload;
  throw new UsageError(`--models takes names of ${WORKLOAD_NAMES.join(", ")}, not "${name}"`);
}
