/** Time as the scheduler knows it, so that tests can make it pass. */
export interface Clock {
  /** As `performance.now()` counts. */
  now(): number;
  /** Calls once everything has been seen that the process was told in the present turn of its event loop. */
  afterTurn(callback: () => void): void;
  /** Calls after a delay in milliseconds. Returns what calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** What a timer can tell apart. */
const TIMER_STEP_MS = 1;

/** The process's own time. Whoever waits for a run keeps the process alive, as any other wait for an answer does. */
export const PROCESS_CLOCK: Clock = {
  now: () => performance.now(),
  afterTurn: (callback) => {
    setImmediate(callback);
  },
  after(delayMs, callback) {
    if (delayMs < TIMER_STEP_MS) {
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
