import type { App, DeployedService, Engine, Log, Predictor } from "@virga/core";
import { createAliasWatch } from "@virga/core/weights";
import { createCloudLog } from "./cloud-log.ts";
import { followBesideRequests } from "./follow-aliases.ts";
import { readFunctionEnvironment } from "./function-environment.ts";
import { createHttpHandler, type HttpHandler } from "./http-handler.ts";
import { createObjectClient } from "./object-client.ts";
import { reportMetrics } from "./report-metrics.ts";
import { createObjectScorer } from "./score-object.ts";
import { createServiceApp, createStorageToken } from "./service-app.ts";
import { settleWithin } from "./settle-within.ts";
import type { StorageEvent } from "./storage-event.ts";
import { leaveBodiesUnread } from "./unread-bodies.ts";

/** Within the four minutes that Cloud Run gives an instance to open its port; a longer load goes on behind it. */
const START_WINDOW_MS = 200_000;

/** What a function's bundle exports for Google Cloud. */
export interface FunctionHandlers {
  /** Entry point of an HTTP function; it answers every path of the service. */
  readonly predict: HttpHandler;
  /** Entry point of a CloudEvent function: scores the object that arrived and writes the predictions beside it. */
  readonly score: (event: StorageEvent) => Promise<void>;
}

/**
 * Loads the service's models and gives the entry points of its functions; the framework listens only after that. A model
 * that does not load does not end the instance: requests are told, and the load is tried again.
 *
 * @param openEngine gives what runs the models; the calling thread does where absent.
 */
export async function createFunctionHandlers(
  service: DeployedService,
  predictor?: Predictor,
  openEngine?: (log: Log) => Engine,
): Promise<FunctionHandlers> {
  const environment = readFunctionEnvironment();
  if (environment.signature === "http") leaveBodiesUnread();
  const log = createCloudLog(environment.project, (line) => process.stdout.write(line));
  const engine = openEngine?.(log);
  const token = createStorageToken(environment);
  const app = createServiceApp(
    { service, ...(predictor && { predictor }), ...(engine && { engine }), log },
    environment,
    token,
  );
  await warmWithin(START_WINDOW_MS, app, log);
  const { timeoutMs } = environment;
  const watch = createAliasWatch((signal) => app.followAliases(signal));
  const following = followBesideRequests(
    reportMetrics(app, (line) => process.stdout.write(line)),
    watch,
  );
  const objects = createObjectClient(token, environment.storageEndpoint);
  return {
    predict: createHttpHandler(following, { ...(timeoutMs && { timeoutMs }), log, owner: process }),
    score: createObjectScorer(following, objects, log, environment.scored),
  };
}

async function warmWithin(limitMs: number, app: App, log: Log): Promise<void> {
  const loaded = app.warm().catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    log({ level: "error", event: "model.load.failed", message, error });
  });
  await settleWithin(loaded, limitMs);
}
