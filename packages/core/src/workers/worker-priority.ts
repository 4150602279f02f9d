import { getPriority, platform, setPriority } from "node:os";

/**
 * A third of a processor's usual share: with more to do than processors, the thread that reads, refuses and answers would
 * otherwise get no more of them than each of the threads that run models, and requests would lie unread past their deadline.
 */
const WORKER_NICENESS = 5;

/** Has the calling thread, or process, and all that it starts make way for others that want to run. */
export function yieldToCallers(isThread: boolean): void {
  // Elsewhere, it would be the priority of the whole process.
  if (isThread && platform() !== "linux") return;
  try {
    setPriority(Math.max(getPriority(), WORKER_NICENESS));
  } catch {
    // Not allowed here: it goes on as it is.
  }
}
