/** How the CPUs of a process are shared out. */
export interface Concurrency {
  /** Runs that go on at once, each on a thread or process of its own. */
  readonly workers: number;
  /** Threads that work on one run. */
  readonly threads: number;
}

/**
 * One worker for each whole CPU, with one thread.
 *
 * A second thread shortens a lone run little and costs CPU time in every run. On 2 CPUs, runs per second of 2 workers
 * with 1 thread, 1 with 2, and 1 with 1, one row each: 100 MB MLP 123, 135 and 144 for one client, 240, 121 and 141 for
 * 32; transformer of 128 words 21, 24 and 20, and 30, 27 and 22; MobileNet 29, 25 and 25, and 40, 35 and 32.
 *
 * @param cpus As `availableCpus` counts them; below 1 there is one worker all the same.
 */
export function chooseConcurrency(cpus: number): Concurrency {
  return { workers: Math.max(Math.floor(cpus), 1), threads: 1 };
}
