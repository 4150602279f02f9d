export { type Concurrency, chooseConcurrency } from "../cpu/choose-concurrency.ts";
export { availableCpus } from "../cpu/cpu-quota.ts";
export { createWorkerEngine, type WorkerEngine, type WorkerEngineOptions } from "./worker-engine.ts";
export { WORKER_ENTRY } from "./worker-entry-location.ts";
