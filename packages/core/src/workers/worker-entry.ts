import { parentPort, workerData } from "node:worker_threads";
import { markIdle } from "./busy-threads.ts";
import type { WorkerRequest } from "./messages.ts";
import { yieldToCallers } from "./worker-priority.ts";
import { type Answer, createWorkerService } from "./worker-service.ts";

// Before there are sessions, whose threads take it over.
yieldToCallers(parentPort !== null);
if (parentPort === null) serveProcess();
else serveThread(parentPort);

function serveThread(port: NonNullable<typeof parentPort>): void {
  const mark: unknown = workerData;
  const answer: Answer = (message, transfer) => {
    // Before the parent can ask the next thing.
    if (mark instanceof Int32Array) markIdle(mark);
    port.postMessage(message, transfer);
  };
  const ask = createWorkerService(answer);
  port.on("message", (request: WorkerRequest) => void ask(request));
  answer({ kind: "ready" }, []);
}

function serveProcess(): void {
  // A terminal or a supervisor sends these to the whole group: the parent decides when its workers have done.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
  // The parent has gone, or wants this process gone.
  process.on("disconnect", () => process.exit());
  const answer: Answer = (message) => void process.send?.(message, undefined, undefined, exitOnFailure);
  const ask = createWorkerService(answer);
  process.on("message", (request: WorkerRequest) => void ask(request));
  answer({ kind: "ready" }, []);
}

/** The parent has gone while this process was at work. */
function exitOnFailure(error: Error | null): void {
  if (error !== null) process.exit();
}
