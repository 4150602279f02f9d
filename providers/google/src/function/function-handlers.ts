import type { IncomingMessage, ServerResponse } from "node:http";
import type { App, DeployedService, Invocation, Predictor } from "@virga/core";
import { createRequestListener, DEFAULT_TIMEOUTS } from "@virga/server";
import { createCloudLog, traceOf } from "./cloud-log.ts";
import { createFunctionDrain } from "./drain-function.ts";
import { readFunctionEnvironment } from "./function-environment.ts";
import { createObjectScorer, type StorageEvent } from "./score-object.ts";
import { createServiceApp, createStorageToken } from "./service-app.ts";

/** The functions framework reads most bodies before the function sees the request. */
type FrameworkRequest = IncomingMessage & { readonly rawBody?: Buffer<ArrayBuffer> };

/** What a function's bundle exports for Google Cloud. */
export interface FunctionHandlers {
  /** Entry point of an HTTP function; it answers every path of the service. */
  predict(request: FrameworkRequest, response: ServerResponse): void;
  /** Entry point of a CloudEvent function: scores the object that arrived and writes the predictions beside it. */
  score(event: StorageEvent): Promise<void>;
}

/**
 * Loads the service's models and gives the entry points of its functions; the framework listens only after that. A model
 * that does not load does not end the instance: requests are told, and the load is tried again.
 */
export async function createFunctionHandlers(
  service: DeployedService,
  predictor?: Predictor,
): Promise<FunctionHandlers> {
  const environment = readFunctionEnvironment();
  const log = createCloudLog(environment.project, (line) => process.stdout.write(line));
  const token = createStorageToken(environment);
  const app = createServiceApp(service, predictor, environment, token, log);
  await app.warm().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    log({ level: "error", event: "model.load.failed", message, error });
  });
  return {
    predict: createHttpHandler(app, environment.timeoutMs, log),
    score: createObjectScorer(app, token, environment.storageEndpoint, log),
  };
}

function createHttpHandler(
  app: App,
  timeoutMs: number | undefined,
  log: ReturnType<typeof createCloudLog>,
): FunctionHandlers["predict"] {
  const drain = createFunctionDrain(() => app.close());
  const listener = createRequestListener(app, {
    isDraining: () => false,
    stalledMs: DEFAULT_TIMEOUTS.stalledMs,
    log,
    readBody: (incoming: FrameworkRequest) => incoming.rawBody,
    invocation: (incoming) => toInvocation(incoming, timeoutMs),
  });
  return (request, response) => {
    drain.begin();
    response.once("close", () => drain.end());
    listener(request, response);
  };
}

function toInvocation({ headers }: IncomingMessage, timeoutMs: number | undefined): Invocation {
  const requestId = traceOf((name) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  });
  return { ...(requestId && { requestId }), ...(timeoutMs && { remainingMs: timeoutMs }) };
}
