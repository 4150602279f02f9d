/** How the CPUs of a process are shared out. */
export interface Concurrency {
  /** Runs that go on at once, each on a thread or process of its own. */
  readonly workers: number;
  /** Threads that work on one run while all workers are busy. */
  readonly threads: number;
  /** Threads that work on a run while the others leave CPUs idle. */
  readonly threadsAlone: number;
}

/** What is chosen already. */
export interface AskedConcurrency {
  /** Fewer than there are CPUs have more threads each. */
  readonly workers?: number | undefined;
  /** Of every run. */
  readonly threads?: number | undefined;
}

/** More gain little, and more than 2 CPUs are not measured. */
const MOST_THREADS_ALONE = 4;

/**
 * One worker for each whole CPU; a run has one thread when all are busy, and the idle CPUs' threads as well when not.
 *
 * On 2 CPUs, runs per second of 2 workers with 1 thread each and with 2, for 8 clients: MobileNet 129 and 92, transformer
 * of 128 words 45 and 36, 100 MB MLP 215 and 198; for one client 62 and 100, 21 and 32, 122 and 170.
 *
 * @param cpus As `availableCpus` counts them; below 1 there is one worker all the same.
 */
export function chooseConcurrency(cpus: number, asked: AskedConcurrency = {}): Concurrency {
  const whole = Math.max(Math.floor(cpus), 1);
  const { workers = whole } = asked;
  if (asked.threads !== undefined) return { workers, threads: asked.threads, threadsAlone: asked.threads };
  const threads = Math.max(Math.floor(whole / workers), 1);
  return { workers, threads, threadsAlone: Math.max(threads, Math.min(whole, MOST_THREADS_ALONE)) };
}
