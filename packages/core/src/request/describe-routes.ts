import { InferenceError } from "../errors.ts";
import type { Endpoint } from "../predictor/endpoint.ts";
import { type Answer, jsonAnswer, textAnswer } from "./answer.ts";
import type { Limits } from "./limits.ts";
import { createOpenApiDocument } from "./openapi-document.ts";
import { toModelMetadata } from "./protocol/open-inference/model-metadata.ts";
import { repositoryIndex } from "./repository-index.ts";
import type { Route, RouteCall } from "./route.ts";
import type { Service } from "./service.ts";

/** Extensions of the Open Inference Protocol that every service here speaks. */
const EXTENSIONS = ["binary_tensor_data", "model_repository_index"];

/** The routes that say what is served and whether it is ready; none of them runs a model for an answer. */
export function describeRoutes(service: Service, limits: Limits): Route[] {
  return [
    ...serverRoutes(service),
    ...modelRoutes(service),
    ...listRoutes(service, limits),
    ...unsupportedRoutes(),
    openApiRoute(service, limits),
  ];
}

function get(path: string, handle: Route["handle"]): Route {
  return { method: "GET", path, handle };
}

function serverRoutes(service: Service): Route[] {
  const server = (): Answer => jsonAnswer({ name: "virga", version: "1", extensions: EXTENSIONS });
  return [
    get("/v2", server),
    get("/v2/", server),
    get("/v2/health/live", () => jsonAnswer({ live: true })),
    get("/v2/health/ready", () => serverReady(service)),
  ];
}

function modelRoutes(service: Service): Route[] {
  const named = (call: RouteCall): Endpoint => service.endpoint(call.parameter("model"));
  const versioned = (call: RouteCall): Endpoint => service.endpoint(call.parameter("model"), call.parameter("version"));
  const metadata = (endpoint: Endpoint): Promise<Answer> => modelMetadata(endpoint, service.platform);
  return [
    get("/v2/models/:model", (call) => metadata(named(call))),
    get("/v2/models/:model/versions/:version", (call) => metadata(versioned(call))),
    get("/v2/models/:model/ready", (call) => modelReady(named(call))),
    get("/v2/models/:model/versions/:version/ready", (call) => modelReady(versioned(call))),
    // A colon begins a verb, such as :predict.
    get("/v1/models/:model{[^/:]+}", (call) => servingStatus(named(call))),
    get("/v1/models/:model/versions/:version{[^/:]+}", (call) => servingStatus(versioned(call))),
  ];
}

function listRoutes(service: Service, limits: Limits): Route[] {
  return [
    get("/v1/models", () => jsonAnswer({ models: service.endpoints.map((endpoint) => endpoint.name) })),
    {
      method: "POST",
      path: "/v2/repository/index",
      handle: ({ request }) => repositoryIndex(service, request, limits),
    },
  ];
}

/** What Open Inference clients may ask for and no service here offers: a clear answer instead of a missing page. */
function unsupportedRoutes(): Route[] {
  const refuse = ({ request }: RouteCall): never => {
    throw new InferenceError("UNSUPPORTED", `${new URL(request.url).pathname} is not offered by this service.`);
  };
  return [
    get("/v2/models/:model/config", refuse),
    get("/v2/models/:model/stats", refuse),
    { method: "POST", path: "/v2/repository/models/:model/load", handle: refuse },
    { method: "POST", path: "/v2/repository/models/:model/unload", handle: refuse },
  ];
}

function openApiRoute(service: Service, limits: Limits): Route {
  const document = createOpenApiDocument(service, limits);
  return get("/openapi.json", async () =>
    textAnswer(200, { "content-type": "application/json" }, JSON.stringify(await document())),
  );
}

/** `live` and `ready` both, because the protocol's text and its description differ. */
function serverReady(service: Service): Answer {
  for (const endpoint of service.endpoints) endpoint.nudge();
  const waiting = service.endpoints.filter((endpoint) => endpoint.state.state !== "ready");
  if (service.failure !== undefined) throw service.failure;
  if (waiting.length === 0) return jsonAnswer({ live: true, ready: true });
  throw new InferenceError("NOT_READY", `Not ready: ${waiting.map(describeState).join("; ")}.`);
}

function modelReady(endpoint: Endpoint): Answer {
  endpoint.nudge();
  if (endpoint.state.state === "ready") return jsonAnswer({ name: endpoint.name, ready: true });
  throw new InferenceError("NOT_READY", `Not ready: ${describeState(endpoint)}.`);
}

function describeState(endpoint: Endpoint): string {
  const { state, failure } = endpoint.state;
  return failure === undefined ? `${endpoint.name} is ${state}` : `${endpoint.name} is ${state}: ${failure.message}`;
}

function modelMetadata(endpoint: Endpoint, platform: string): Promise<Answer> {
  return endpoint.use(async ({ name, version, runnable: { signature } }) =>
    jsonAnswer(toModelMetadata({ name, versions: [version], platform, signature })),
  );
}

/** KServe's and TensorFlow Serving's answers to the same path, in one body. */
function servingStatus(endpoint: Endpoint): Answer {
  endpoint.nudge();
  if (endpoint.state.state !== "ready") throw new InferenceError("NOT_READY", `Not ready: ${describeState(endpoint)}.`);
  const status = { version: endpoint.version, state: "AVAILABLE", status: { error_code: "OK", error_message: "" } };
  return jsonAnswer({ name: endpoint.name, ready: true, model_version_status: [status] });
}
