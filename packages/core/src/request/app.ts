import { setTimeout as sleep } from "node:timers/promises";
import { shuttingDown } from "../errors.ts";
import type { MetricsSource } from "../metrics/metric-family.ts";
import { ProcessMetrics } from "../metrics/process-metrics.ts";
import type { Predictor } from "../predictor/predictor.ts";
import { type Answer, toResponse, withHeader } from "./answer.ts";
import { createApiKeyCheck } from "./api-key.ts";
import { toFailureAnswer, toInferenceError } from "./failure-response.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import type { InferenceApp, Invocation } from "./inference-app.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { metricsRoute } from "./metrics-route.ts";
import { type ObservedInvocation, observeRequest } from "./observe-request.ts";
import { RefusalPace } from "./refusal-pace.ts";
import { createRouter } from "./router.ts";
import { type EndpointDescription, Service, type ServiceOptions } from "./service.ts";

export interface AppOptions extends ServiceOptions {
  /** SHA-256 of the key that every request has to carry, in hexadecimal digits; anybody may call where absent. */
  readonly apiKeySha256?: string;
  readonly limits?: Partial<Limits>;
  /**
   * Whether `GET /metrics` answers, behind the API key where there is one, with what the service has measured and how its
   * process stands, in Prometheus' text format. Not where absent: it tells the models' names and how much they are used.
   */
  readonly metrics?: boolean;
}

/** An app whose models and predictor can be changed while it serves. */
export interface App extends InferenceApp {
  /** What the service has measured since it began, for platforms that report it in their own way. */
  readonly metrics: MetricsSource;
  /** What is served, and how it stands. */
  describe(): readonly EndpointDescription[];
  /** Loads a model anew beside the old one and swaps. @throws InferenceError when it fails; the old one serves on. */
  reloadModel(name: string): Promise<void>;
  /**
   * Looks once whether models' aliases have moved, and swaps those that have: for platforms without timers. Never rejects.
   *
   * @param signal ends the asking, and not a swap that has begun.
   */
  followAliases(signal?: AbortSignal): Promise<void>;
  /** Takes up new user code. @throws InferenceError `CONFIG_INVALID` when it does not fit; the old one serves on. */
  replacePredictor(predictor: Predictor | undefined): void;
}

/**
 * Puts models behind `fetch`: every protocol, limit and failure of the service, on any platform.
 *
 * @throws InferenceError `CONFIG_INVALID` for a service without models or with names that cannot stand in a URL.
 */
export function createApp(options: AppOptions): App {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const service = new Service(options, limits.maxConcurrentRequests);
  const log = options.log ?? (() => undefined);
  const ofProcess = options.metrics === true ? new ProcessMetrics() : undefined;
  const router = createRouter(service, limits, ofProcess && [metricsRoute([service.metrics, ofProcess])]);
  const pace = new RefusalPace(limits.timeoutMs);
  const checkApiKey = options.apiKeySha256 === undefined ? undefined : createApiKeyCheck(options.apiKeySha256);
  let closing: Promise<void> | undefined;

  async function answer(request: IncomingRequest, invocation: ObservedInvocation): Promise<Answer> {
    const { requestId, trail } = invocation;
    try {
      if (closing !== undefined) throw shuttingDown();
      if (invocation.isAuthorized !== true) checkApiKey?.(request);
      return withHeader(await router(request, invocation), "x-request-id", requestId);
    } catch (error) {
      const failure = toInferenceError(error);
      trail.failure = failure.code;
      // What passes by itself (not ready yet, overloaded, too late) or is not offered is the caller's to see, not the log's.
      if (failure.status >= 500 && !failure.retryable && failure.code !== "UNSUPPORTED") {
        const { code: event, message, cause } = failure;
        log({ level: "error", event, message, requestId, error: cause ?? failure });
      }
      if (failure.code === "OVERLOADED" && closing === undefined) await keepBack();
      return toFailureAnswer(failure, requestId);
    }
  }

  async function keepBack(): Promise<void> {
    const delayMs = pace.delayMs(performance.now());
    if (delayMs > 0) await sleep(delayMs);
  }

  const observed = (request: IncomingRequest, invocation: Invocation = {}): Promise<Answer> =>
    observeRequest(request, invocation, service.metrics, (each) => answer(request, each));

  return {
    answer: observed,
    fetch: async (request, invocation) => toResponse(await observed(request, invocation)),
    metrics: service.metrics,
    warm: () => service.warm(),
    close: () => {
      ofProcess?.stop();
      closing ??= service.close();
      return closing;
    },
    describe: () => service.describe(),
    reloadModel: (name) => service.reloadModel(name),
    followAliases: (signal) => service.followAliases(signal),
    replacePredictor: (predictor) => service.replacePredictor(predictor),
  };
}
