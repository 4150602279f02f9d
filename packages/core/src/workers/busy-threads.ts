/** Longer than a run should take, and shorter than platforms wait for a process that is to end. */
const MOST_WAITED_MS = 8000;
const IDLE = 0;
const BUSY = 1;

const watched = new Set<Int32Array>();

/** Shared with a thread: the parent marks it busy when it asks, the thread idle when it has answered. */
export function createBusyMark(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

export function markBusy(mark: Int32Array): void {
  Atomics.store(mark, 0, BUSY);
}

export function markIdle(mark: Int32Array): void {
  Atomics.store(mark, 0, IDLE);
  Atomics.notify(mark, 0);
}

/**
 * Has the process's end wait until the thread is idle: a thread that is ended while onnxruntime is at work in it aborts
 * the process, whose exit code would be lost. Returns what ends the watch.
 */
export function watchUntilExit(mark: Int32Array): () => void {
  if (watched.size === 0) process.on("exit", waitForAll);
  watched.add(mark);
  return () => {
    watched.delete(mark);
    if (watched.size === 0) process.off("exit", waitForAll);
  };
}

function waitForAll(): void {
  const untilMs = performance.now() + MOST_WAITED_MS;
  for (const mark of watched) Atomics.wait(mark, 0, BUSY, Math.max(0, untilMs - performance.now()));
}
