import { InferenceError } from "../errors.ts";
import type { Log } from "../log.ts";
import { ServiceMetrics } from "../metrics/service-metrics.ts";
import { createEndpoints, type Endpoint } from "../predictor/endpoint.ts";
import { withLabels } from "../predictor/labels.ts";
import type { Predictor } from "../predictor/predictor.ts";
import { Scheduler } from "../schedule/scheduler.ts";
import type { Engine, UnusableOutput } from "../session/engine.ts";
import { observeSession } from "../session/observe-session.ts";
import { createOnnxEngine } from "../session/onnx-engine.ts";
import type { Signature } from "../tensor/tensor.ts";
import { createModelLibrary, type LibraryModel, type ModelConfig } from "../weights/model-library.ts";
import type { SlotState } from "../weights/model-slot.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

/** What a service is made of. */
export interface ServiceOptions {
  /** The service's own name; a predictor over several models answers under it. */
  readonly name?: string;
  readonly models: Readonly<Record<string, ModelConfig>>;
  /** The user's code around the models; without it tensors pass straight through. */
  readonly predictor?: Predictor;
  /** ONNX Runtime on the calling thread where absent; ended with the service. */
  readonly engine?: Engine;
  /** Gets what happens beside the answers: failures of the service itself, swaps; silent where absent. */
  readonly log?: Log;
}

/** What a service says about one of its endpoints. */
export interface EndpointDescription extends SlotState {
  readonly name: string;
  /** Known once the models are loaded, and before that where the config gives it. */
  readonly version?: string;
  readonly signature?: Signature;
  readonly unusableOutputs: readonly UnusableOutput[];
}

/** Models and predictor of one service, whoever asks: HTTP or code. */
export class Service {
  readonly #engine: Engine;
  readonly #scheduler: Scheduler;
  readonly name: string;
  readonly platform: string;
  readonly metrics: ServiceMetrics = new ServiceMetrics();
  readonly #library: ReadonlyMap<string, LibraryModel>;
  #endpoints: ReadonlyMap<string, Endpoint>;

  /** @param maxQueued requests that may wait for one model at once. */
  constructor(options: ServiceOptions, maxQueued: number = DEFAULT_LIMITS.maxConcurrentRequests) {
    const engine = options.engine ?? createOnnxEngine();
    const log = options.log ?? ((): void => undefined);
    this.#engine = engine;
    this.#scheduler = new Scheduler({ lanes: engine.lanes, maxQueued, metrics: this.metrics, log });
    this.name = options.name ?? Object.keys(options.models)[0] ?? "service";
    this.platform = engine.platform;
    this.#library = createModelLibrary(options.models, {
      engine,
      log,
      metrics: this.metrics,
      admit: (name, deadlineAtMs) => this.#scheduler.admit(name, deadlineAtMs),
      dress: (bare, { labels, batching = "auto" }, name) => {
        const session = this.#scheduler.schedule(observeSession(bare, name, this.metrics), name, { batching });
        return labels === undefined ? session : withLabels(session, labels, name);
      },
    });
    this.#endpoints = this.#endpointsWith(options.predictor);
  }

  get endpoints(): readonly Endpoint[] {
    return [...this.#endpoints.values()];
  }

  /** @throws InferenceError `MODEL_UNKNOWN` for a name or a version that is not served. */
  endpoint(name: string, version?: string): Endpoint {
    const endpoint = this.#endpoints.get(name);
    if (endpoint === undefined) {
      const known = [...this.#endpoints.keys()].join(", ");
      throw new InferenceError("MODEL_UNKNOWN", `There is no model ${JSON.stringify(name)} here; there is: ${known}.`);
    }
    if (version === undefined) return endpoint;
    if (endpoint.version !== undefined) checkVersion(endpoint.name, endpoint.version, version);
    return atVersion(endpoint, version);
  }

  /** The endpoint of a service that has only one. @throws InferenceError `MODEL_UNKNOWN` where there are several. */
  onlyEndpoint(): Endpoint {
    const [only, ...others] = this.endpoints;
    if (only !== undefined && others.length === 0) return only;
    const known = [...this.#endpoints.keys()].join(", ");
    throw new InferenceError(
      "MODEL_UNKNOWN",
      `This service has several models (${known}): call /v2/models/NAME/infer or /v1/models/NAME:predict.`,
    );
  }

  describe(): EndpointDescription[] {
    return this.endpoints.map((endpoint) => ({
      name: endpoint.name,
      ...(endpoint.version === undefined ? {} : { version: endpoint.version }),
      ...endpoint.state,
      ...(endpoint.signature === undefined ? {} : { signature: endpoint.signature }),
      unusableOutputs: endpoint.unusableOutputs,
    }));
  }

  /** Loads every model; the others are loaded even when one fails. @throws InferenceError of the first that failed. */
  async warm(): Promise<void> {
    const loads = [...this.#library.values()].map((model) => model.slot.use(async () => undefined));
    for (const load of await Promise.allSettled(loads)) {
      if (load.status === "rejected") throw load.reason;
    }
  }

  /** Loads one model anew and swaps when it stands. @throws InferenceError when it does not; the old one stays. */
  async reloadModel(name: string): Promise<void> {
    const model = this.#library.get(name);
    if (model === undefined)
      throw new InferenceError("MODEL_UNKNOWN", `There is no model ${JSON.stringify(name)} here.`);
    await this.#swap(model);
  }

  async #swap({ name: model, slot }: LibraryModel): Promise<void> {
    try {
      await slot.reload();
      this.metrics.swaps.add({ model, outcome: "swapped" });
    } catch (error) {
      this.metrics.countFailedSwap(model, error);
      throw error;
    }
  }

  /** Looks once whether aliases have moved, and swaps the models of those that have; what fails is logged. */
  async followAliases(signal?: AbortSignal): Promise<void> {
    await Promise.all([...this.#library.values()].map((model) => model.followAlias?.(signal)));
  }

  replacePredictor(predictor: Predictor | undefined): void {
    this.#endpoints = this.#endpointsWith(predictor);
  }

  /** Frees the models after the runs that are queued, and ends the engine. */
  async close(): Promise<void> {
    await Promise.all([...this.#library.values()].map((model) => model.slot.close()));
    await this.#scheduler.close();
    await this.#engine.close?.();
  }

  /** Why no model runs for the time being, where that is so. */
  get failure(): InferenceError | undefined {
    return this.#engine.lanes?.failure;
  }

  #endpointsWith(predictor: Predictor | undefined): ReadonlyMap<string, Endpoint> {
    const endpoints = createEndpoints(this.name, this.#library, predictor);
    return new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
  }
}

/** An endpoint that answers only as long as this version serves: a swap may come between its finding and its use. */
function atVersion(endpoint: Endpoint, version: string): Endpoint {
  return {
    name: endpoint.name,
    version,
    state: endpoint.state,
    signature: endpoint.signature,
    unusableOutputs: endpoint.unusableOutputs,
    admit: (deadlineAtMs) => endpoint.admit(deadlineAtMs),
    use: (work) =>
      endpoint.use(async (served) => {
        checkVersion(served.name, served.version, version);
        return work(served);
      }),
    nudge: () => endpoint.nudge(),
  };
}

function checkVersion(name: string, served: string, asked: string): void {
  if (served === asked) return;
  const message = `Model ${name} has no version ${JSON.stringify(asked)} here; it has: ${served}.`;
  throw new InferenceError("MODEL_UNKNOWN", message);
}
