import type { DeployedService, Predictor } from "@virga/core";
import { availableCpus, chooseConcurrency, createWorkerEngine } from "@virga/core/workers";
import { createFunctionHandlers, type FunctionHandlers } from "./function-handlers.ts";

/** A service whose instances get more than one request at once. */
export interface ConcurrentService extends DeployedService {
  /** Runs that go on at once, as many as memory was counted for; fewer where the instance has fewer processors. */
  readonly workers: number;
}

/**
 * As `createFunctionHandlers`, with models in worker threads: the thread that answers is never blocked by a run. Workers
 * start at once and load the models while this thread goes on.
 */
export function createConcurrentHandlers(service: ConcurrentService, predictor?: Predictor): Promise<FunctionHandlers> {
  // While an instance starts, Cloud Run may lend it more processors than it has afterwards.
  const concurrency = chooseConcurrency(Math.min(service.workers, availableCpus()));
  return createFunctionHandlers(service, predictor, (log) => createWorkerEngine({ ...concurrency, log }));
}
