import { InferenceError } from "../errors.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { Endpoint } from "../predictor/endpoint.ts";
import type { Answer } from "./answer.ts";
import { readBody } from "./body.ts";
import { type Deadline, withinDeadline } from "./deadline.ts";
import type { Limits } from "./limits.ts";
import { decodeOpenInference } from "./protocol/open-inference/open-inference.ts";
import { decodePredict } from "./protocol/predict.ts";
import type { DecodeCall } from "./protocol/protocol.ts";
import { decodeTensorFlowServing } from "./protocol/tensorflow-serving/tensorflow-serving.ts";
import type { Route, RouteCall } from "./route.ts";
import type { Service } from "./service.ts";

/** The routes that predict: each names an endpoint and the protocol its body is written in. */
export function inferRoutes(service: Service, limits: Limits): Route[] {
  const predict = createPredict(service.metrics, limits);
  const route = (path: string, decode: DecodeCall, find: (call: RouteCall) => Endpoint): Route => ({
    method: "POST",
    path,
    handle: (call) => predict(call, find(call), decode),
  });
  const named = (call: RouteCall): Endpoint => service.endpoint(call.parameter("model"));
  const versioned = (call: RouteCall): Endpoint => service.endpoint(call.parameter("model"), call.parameter("version"));
  return [
    route("/v2/models/:model/infer", decodeOpenInference, named),
    route("/v2/models/:model/versions/:version/infer", decodeOpenInference, versioned),
    route("/v1/models/:action{[^/]+:predict}", decodeTensorFlowServing, (call) =>
      service.endpoint(withoutVerb(call.parameter("action"))),
    ),
    route("/v1/models/:model/versions/:action{[^/]+:predict}", decodeTensorFlowServing, (call) =>
      service.endpoint(call.parameter("model"), withoutVerb(call.parameter("action"))),
    ),
    route("/predict", decodePredict, () => service.onlyEndpoint()),
    route("/", decodePredict, () => service.onlyEndpoint()),
  ];
}

function withoutVerb(action: string): string {
  return action.slice(0, -":predict".length);
}

/** A request's whole way: body, tensors, run, answer. */
function createPredict(
  metrics: ServiceMetrics,
  limits: Limits,
): (call: RouteCall, endpoint: Endpoint, decode: DecodeCall) => Promise<Answer> {
  let underWay = 0;

  async function predict(
    { request, invocation }: RouteCall,
    endpoint: Endpoint,
    decode: DecodeCall,
    deadline: Deadline,
  ) {
    endpoint.admit(deadline.atMs);
    const body = await readBody(request, limits.maxRequestBytes);
    metrics.requestBodyBytes.add({ model: endpoint.name }, body.byteLength);
    return endpoint.use(async ({ runnable, ...identity }) => {
      const { inputs, outputs, parameters, respond } = decode({ body, headers: request.headers }, runnable.signature);
      const { signal, atMs: deadlineAtMs } = deadline;
      signal.throwIfAborted();
      const { requestId } = invocation;
      const results = await runnable.run(inputs, {
        signal,
        deadlineAtMs,
        mayTransfer: true,
        requestId,
        parameters,
        ...(outputs && { outputs }),
      });
      const answer = respond(results, identity);
      metrics.responseBodyBytes.add({ model: endpoint.name }, answer.body.byteLength);
      return answer;
    });
  }

  return async (call, endpoint, decode) => {
    call.invocation.trail.model = endpoint.name;
    if (underWay >= limits.maxConcurrentRequests) {
      throw new InferenceError(
        "OVERLOADED",
        `The service already works on ${underWay} requests; try again in a second.`,
      );
    }
    // Counted until the work itself ends: an answered deadline does not stop a run that has begun.
    underWay += 1;
    const work = (deadline: Deadline): Promise<Answer> =>
      predict(call, endpoint, decode, deadline).finally(() => {
        underWay -= 1;
      });
    return withinDeadline(work, call.invocation, limits);
  };
}
