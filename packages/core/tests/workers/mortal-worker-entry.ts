import { parentPort } from "node:worker_threads";
import type { WorkerRequest } from "../../src/workers/messages.ts";

/** First numbers of an input that end the worker, each in its way. */
const DEATHS: Readonly<Record<number, () => void>> = {
  1001: () => process.exit(7),
  1002: () => {
    setImmediate(() => {
      throw new Error("nobody catches this");
    });
  },
  1003: () => void Promise.reject(new Error("nobody awaits this")),
};

const port = parentPort ?? process;
port.on("message", (request: WorkerRequest) => {
  if (request.kind !== "run") return;
  DEATHS[Number(request.inputs[0]?.[1].data[0])]?.();
});
await import("../../src/workers/worker-entry.ts");
