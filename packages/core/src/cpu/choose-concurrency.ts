/** How the CPUs of a process are shared out. */
export interface Concurrency {
  /** Runs that go on at once, each on a thread or process of its own. */
  readonly workers: number;
  /** Threads that work on one run. */
  readonly threads: number;
}

/** More would get in each other's way when all workers are busy. */
const MOST_THREADS = 2;

/**
 * One worker for each whole CPU, each with two threads where there are so many CPUs.
 *
 * On 2 CPUs, runs per second of 2 workers with 1 thread, 2 with 2, and 1 with 2, one row each: 100 MB MLP 105, 146 and
 * 135 for one client, 124, 149 and 128 for 8; transformer of 128 words 24, 30 and 32, and 45, 42 and 22; MobileNet 58, 61
 * and 56, and 63, 65 and 51. More CPUs are not measured.
 *
 * @param cpus As `availableCpus` counts them; below 1 there is one worker all the same.
 */
export function chooseConcurrency(cpus: number): Concurrency {
  const whole = Math.max(Math.floor(cpus), 1);
  return { workers: whole, threads: Math.min(whole, MOST_THREADS) };
}
