import { randomUUID } from "node:crypto";
import type { FailureCode } from "../errors.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import { describeAnswer, inRequestSpan, traceIdOf, traceIdOfSpan } from "../tracing/spans.ts";
import type { Answer } from "./answer.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import type { Invocation } from "./inference-app.ts";

/** What is found out about a request on its way to its answer; empty as long as it is not known. */
export interface RequestTrail {
  /** As the config calls it. */
  model: string;
  /** As the router knows it. */
  route: string;
  failure?: FailureCode;
}

/** A request with its id and its trail. */
export interface ObservedInvocation extends Invocation {
  readonly requestId: string;
  readonly trail: RequestTrail;
}

/**
 * Answers a request under its id, measures it, and traces it where the process traces.
 *
 * @param answer never rejects.
 */
export function observeRequest(
  request: IncomingRequest,
  invocation: Invocation,
  metrics: ServiceMetrics,
  answer: (observed: ObservedInvocation) => Promise<Answer>,
): Promise<Answer> {
  return inRequestSpan(request, async (span) => {
    const startMs = invocation.receivedAtMs ?? performance.now();
    const trail: RequestTrail = { model: "", route: "" };
    const requestId = invocation.requestId ?? askedRequestId(request) ?? traceIdOfSpan(span) ?? randomUUID();
    metrics.requestsInProgress += 1;
    let answered: Answer;
    try {
      answered = await answer({ ...invocation, requestId, trail });
    } finally {
      metrics.requestsInProgress -= 1;
    }
    count(trail, answered.status, startMs, metrics);
    if (span !== undefined) describeAnswer(span, request.method, trail.route, answered.status);
    return answered;
  });
}

function count(
  { model, route, failure }: RequestTrail,
  status: number,
  startMs: number,
  metrics: ServiceMetrics,
): void {
  metrics.requests.add({ model, route, status: String(status) });
  metrics.requestDuration.observeSince({ model, route }, startMs);
  if (failure !== undefined) metrics.requestFailures.add({ model, code: failure });
}

/** A caller may name its request, in a form that is safe in logs and headers. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** As the caller named it, or the trace that it belongs to. */
function askedRequestId({ headers }: IncomingRequest): string | undefined {
  const asked = headers.get("x-request-id");
  return asked !== null && REQUEST_ID.test(asked) ? asked : traceIdOf(headers);
}
