/** Source: Lambda developer guide, "Configure Lambda function memory". */
const MEMORY_MB_PER_CPU = 1769;

/**
 * Threads for a function's share of CPU. Rounded, because a thread beyond the share costs more than it brings below half a
 * CPU (1 thread 75 runs/s, 2 threads 54, at 0.56 CPUs), and one less leaves more than it costs above.
 */
export function threadsFor(memoryMb: number): number {
  return Math.max(1, Math.round(memoryMb / MEMORY_MB_PER_CPU));
}
