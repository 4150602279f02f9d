import { setTimeout as sleep } from "node:timers/promises";
import {
  type App,
  createApp,
  createOnnxEngine,
  type DeployedService,
  InferenceError,
  type Predictor,
} from "@virga/core";
import { createAliasWatch, deployedModels } from "@virga/core/weights";
import { createJsonLog } from "./json-log.ts";
import type { LambdaHandler } from "./lambda-context.ts";
import { createLambdaCredentials } from "./lambda-credentials.ts";
import { readLambdaEnvironment, readVariable } from "./lambda-environment.ts";
import { createLambdaHandler } from "./lambda-handler.ts";
import { openStore } from "./open-store.ts";
import { createMetricsReport } from "./report-metrics.ts";
import { type LambdaService, settleWithin } from "./respond.ts";
import { createStreamingHandler, findStreamingPlatform } from "./streaming-handler.ts";
import { threadsFor } from "./threads.ts";

/** What a function's file exports. */
export interface LambdaHandlers {
  /** Answers whole: every front, and documents that the function is invoked with. */
  readonly handler: LambdaHandler;
  /** Answers as a stream: a function URL with `InvokeMode: RESPONSE_STREAM`, `InvokeWithResponseStream`. */
  readonly streamingHandler: LambdaHandler;
}

/** 6 MB, which is what Lambda carries; compressed bodies may not become larger than that either. */
const MOST_REQUEST_BYTES = 6 * 1024 * 1024;
/** Left of the time for preparing when models are still on their way: Lambda would begin anew, and bill both. */
const INIT_MARGIN_MS = 1_000;

/**
 * Makes a deployed service of what the function finds around it, and loads its models while Lambda prepares the instance.
 * What is not loaded by then goes on in the first invocation; a load that fails is told to the request that needs it.
 *
 * @param service as its bundle carries it.
 * @throws InferenceError `CONFIG_INVALID` for a service that cannot be.
 */
export async function createLambdaHandlers(service: DeployedService, predictor?: Predictor): Promise<LambdaHandlers> {
  const environment = readLambdaEnvironment();
  const underWay = new Set<string>();
  const log = createJsonLog(
    (line) => process.stdout.write(line),
    () => (underWay.size === 1 ? [...underWay][0] : undefined),
  );
  const credentials = createLambdaCredentials(readVariable);
  const app = createApp({
    name: service.name,
    models: deployedModels(service, {
      cacheFolder: environment.cacheFolder,
      ownStoreUri: environment.storeUri,
      openStore: (uri) => openStore(uri, environment, credentials),
    }),
    engine: createOnnxEngine({ threads: threadsFor(environment.memoryMb) }),
    log,
    limits: { maxRequestBytes: MOST_REQUEST_BYTES, ...(service.timeoutMs && { timeoutMs: service.timeoutMs }) },
    ...(predictor && { predictor }),
    ...(environment.apiKeySha256 && { apiKeySha256: environment.apiKeySha256 }),
  });
  const warming = app.warm().catch((error: unknown) => {
    const message = `Not loaded ahead: ${error instanceof Error ? error.message : error}`;
    log({ level: "error", event: "model.load.failed", message, error });
  });
  const exercised = exercise(app);
  await settleWithin(Promise.all([warming, exercised]), environment.initLimitMs - INIT_MARGIN_MS - performance.now());
  const measured = { service: service.name, everyRequest: environment.measuresRequests };
  const report = createMetricsReport(app.metrics, measured, (line) => process.stdout.write(line));
  const chores = createAliasWatch((signal) => app.followAliases(signal));
  return toHandlers({ app, log, underWay, chores, report });
}

/**
 * Takes one request the whole way while weights are awaited: Node loads its web classes with the first, for 30 ms, and
 * Lambda gives more CPU now than later. Not at once, so that the registry is asked before the thread is blocked.
 */
async function exercise(app: App): Promise<void> {
  await sleep(20);
  const response = await app.fetch(new Request("http://localhost/v2/health/live"), { isAuthorized: true });
  await response.arrayBuffer();
}

function toHandlers(service: LambdaService): LambdaHandlers {
  const platform = findStreamingPlatform();
  return {
    handler: createLambdaHandler(service),
    streamingHandler: platform === undefined ? refuseToStream : createStreamingHandler(service, platform),
  };
}

async function refuseToStream(): Promise<never> {
  throw new InferenceError("UNSUPPORTED", "This runtime cannot stream answers: use the function's `handler` here.");
}
