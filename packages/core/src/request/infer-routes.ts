import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { Endpoint, Served } from "../predictor/endpoint.ts";
import { freeBuffer, freeTensors, LEAST_FREED_BYTES } from "../tensor/free-memory.ts";
import { giveMemory } from "../tensor/given-memory.ts";
import type { Answer } from "./answer.ts";
import { readBody } from "./body.ts";
import { type Deadline, withinDeadline } from "./deadline.ts";
import { createEntrance, type Place } from "./entrance.ts";
import type { Limits } from "./limits.ts";
import type { ObservedInvocation } from "./observe-request.ts";
import { decodeOpenInference } from "./protocol/open-inference/open-inference.ts";
import { decodePredict } from "./protocol/predict.ts";
import type { Call, DecodeCall } from "./protocol/protocol.ts";
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
  const enter = createEntrance(limits);

  async function predict(
    call: RouteCall,
    endpoint: Endpoint,
    decode: DecodeCall,
    deadline: Deadline,
    place: Place,
  ): Promise<Answer> {
    let arrived = (): void => undefined;
    try {
      arrived = endpoint.admit(deadline.atMs);
      const body = await readBody(call.request, limits.maxRequestBytes);
      place.hold(body.byteLength);
      metrics.requestBodyBytes.add({ model: endpoint.name }, body.byteLength);
      return await endpoint.use((served) => {
        const decoded = decode({ body, headers: call.request.headers }, served.runnable.signature);
        arrived();
        // So it goes to a worker as it is, and is freed there: garbage would wait here.
        giveMemory(decoded.inputs, body);
        return run(decoded, served, call.invocation, deadline);
      });
    } finally {
      arrived();
      // Counted until the work itself ends: an answered deadline does not stop a run that has begun.
      place.leave();
    }
  }

  async function run(
    { inputs, outputs, parameters, respond }: Call,
    { runnable, givesOutputsAway, ...identity }: Served,
    { requestId }: ObservedInvocation,
    { signal, atMs: deadlineAtMs }: Deadline,
  ): Promise<Answer> {
    signal.throwIfAborted();
    const told = { signal, deadlineAtMs, mayTransfer: true, requestId, parameters };
    const results = await runnable.run(inputs, { ...told, ...(outputs && { outputs }) });
    const answer = respond(results, identity);
    if (givesOutputsAway) freeTensors(results);
    const { body } = answer;
    metrics.responseBodyBytes.add({ model: identity.name }, body.byteLength);
    return body.byteLength < LEAST_FREED_BYTES ? answer : { ...answer, freeBody: () => freeBuffer(body.buffer) };
  }

  return (call, endpoint, decode) => {
    call.invocation.trail.model = endpoint.name;
    const place = enter(call.request);
    return withinDeadline((deadline) => predict(call, endpoint, decode, deadline, place), call.invocation, limits);
  };
}
