import { parentPort } from "node:worker_threads";
import type { WorkerRequest } from "./messages.ts";
import { type Answer, createWorkerService } from "./worker-service.ts";

if (parentPort === null) serveProcess();
else serveThread(parentPort);

function serveThread(port: NonNullable<typeof parentPort>): void {
  const answer: Answer = (message, transfer) => port.postMessage(message, transfer);
  const ask = createWorkerService(answer);
  port.on("message", (request: WorkerRequest) => void ask(request));
  answer({ kind: "ready" }, []);
}

function serveProcess(): void {
  // A terminal or a supervisor sends these to the whole group: the parent decides when its workers have done.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
  // The parent has gone, or wants this process gone.
  process.on("disconnect", () => process.exit());
  const answer: Answer = (message) => void process.send?.(message);
  const ask = createWorkerService(answer);
  process.on("message", (request: WorkerRequest) => void ask(request));
  answer({ kind: "ready" }, []);
}
