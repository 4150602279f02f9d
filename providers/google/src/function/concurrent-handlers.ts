import { createOnnxEngine, type DeployedService, type Predictor } from "@virga/core";
import { availableCpus, createWorkerEngine } from "@virga/core/workers";
import { createFunctionHandlers, type FunctionHandlers } from "./function-handlers.ts";
import { createLateWorkers, type LateWorkers } from "./late-workers.ts";

/** A service whose instances get more than one request at once. */
export interface ConcurrentService extends DeployedService {
  /** Runs that go on at once, for which memory was counted; fewer where the instance has fewer processors. */
  readonly workers: number;
}

/**
 * As `createFunctionHandlers`, with models in worker threads from the first answer on: the thread that answers is not
 * blocked by their runs.
 */
export async function createConcurrentHandlers(
  service: ConcurrentService,
  predictor?: Predictor,
): Promise<FunctionHandlers> {
  // Cloud Run may lend an instance more processors while it starts than it has afterwards.
  const workers = Math.max(1, Math.min(service.workers, Math.floor(availableCpus())));
  let engine: LateWorkers | undefined;
  const handlers = await createFunctionHandlers(service, predictor, (log) => {
    engine = createLateWorkers({ here: createOnnxEngine(), start: () => createWorkerEngine({ workers, log }), log });
    return engine;
  });
  engine?.ready();
  return handlers;
}
