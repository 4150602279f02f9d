let waiting = 0;
let sent: PromiseWithResolvers<void> = Promise.withResolvers();

/** A request waits for its connection. @returns what is to be called when it has been handed to the system, or given up. */
export function addOutgoingRequest(): () => void {
  waiting += 1;
  return () => {
    waiting -= 1;
    if (waiting > 0) return;
    sent.resolve();
    sent = Promise.withResolvers();
  };
}

/**
 * Resolves when next all requests of this process are on their way, and it has nothing to do until their answers come:
 * the time for work that blocks the thread. Never, where none is made.
 */
export function whenRequestsSent(): Promise<void> {
  return sent.promise;
}
