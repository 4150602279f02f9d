import { Worker } from "node:worker_threads";
import { switchTelemetryOff } from "../session/onnx-runtime.ts";
import { createBusyMark, markBusy, watchUntilExit } from "./busy-threads.ts";
import type { WorkerRequest } from "./messages.ts";
import { memoryOf, toOwnedTensors } from "./tensor-message.ts";
import type { StartWorker } from "./worker-channel.ts";
import { WORKER_ENTRY } from "./worker-entry-location.ts";

/** Starts worker threads: tensors are handed over, and an abort in native code ends this process too. */
export function threadStarter(entry: URL = WORKER_ENTRY): StartWorker {
  return ({ answered, ended }) => {
    switchTelemetryOff();
    const mark = createBusyMark();
    const thread = new Worker(entry, { name: "virga-worker", workerData: mark });
    const endWatch = watchUntilExit(mark);
    let failure: { readonly cause: unknown } | undefined;
    thread.on("message", answered);
    thread.on("error", (cause: unknown) => {
      failure = { cause };
    });
    thread.on("exit", (code) => {
      endWatch();
      ended(failure ? { how: "failed", ...failure } : { how: `exited with code ${code}` });
    });
    return {
      send(request) {
        markBusy(mark);
        post(thread, request);
      },
      hold: (held) => (held ? thread.ref() : thread.unref()),
      stop: () => void thread.terminate(),
    };
  };
}

function post(thread: Worker, request: WorkerRequest): void {
  if (request.kind !== "run") {
    thread.postMessage(request);
    return;
  }
  const inputs = toOwnedTensors(request.inputs, request.mayTransfer);
  thread.postMessage({ ...request, inputs }, memoryOf(inputs));
}
