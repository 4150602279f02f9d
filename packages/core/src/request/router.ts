import type { Context } from "hono";
import { Hono } from "hono/quick";
import { InferenceError } from "../errors.ts";
import { describeRoutes } from "./describe-routes.ts";
import { toFailureResponse, toInferenceError } from "./failure-response.ts";
import { inferRoutes } from "./infer-routes.ts";
import type { Limits } from "./limits.ts";
import type { ObservedInvocation } from "./observe-request.ts";
import type { Route, RouteCall } from "./route.ts";
import type { Service } from "./service.ts";

/** Finds the route of a request. @throws InferenceError `ROUTE_UNKNOWN` or `METHOD_NOT_ALLOWED`, and what routes throw. */
export function createRouter(
  service: Service,
  limits: Limits,
  others: readonly Route[] = [],
): (request: Request, invocation: ObservedInvocation) => Promise<Response> {
  const routes = [...describeRoutes(service, limits), ...inferRoutes(service, limits), ...others];
  const hono = new Hono<{ Bindings: ObservedInvocation }>();
  for (const { method, path, handle } of routes) {
    const label = toLabel(path);
    hono.on(method, path, (context) => {
      context.env.trail.route = label;
      return handle(toCall(context));
    });
  }
  for (const path of new Set(routes.map((route) => route.path)))
    hono.all(path, (context) => refuseMethod(context, routes, path));
  hono.notFound((context) => {
    throw new InferenceError(
      "ROUTE_UNKNOWN",
      `There is nothing at ${context.req.path}; /openapi.json lists what there is.`,
    );
  });
  hono.onError((error) => {
    throw toInferenceError(error);
  });
  return async (request, invocation) => hono.fetch(request, invocation);
}

/** A route's path as people write it: what may stand in a parameter is left away, verbs are not. */
function toLabel(path: string): string {
  return path.replace(/:(\w+)(?:\{.*?(:predict)?\})?/g, (_, name: string, verb = "") => `{${name}}${verb}`);
}

type AppContext = Context<{ Bindings: ObservedInvocation }>;

function toCall(context: AppContext): RouteCall {
  return {
    request: context.req.raw,
    invocation: context.env,
    parameter: (name) => context.req.param(name) ?? "",
  };
}

/** Source: RFC 9110, section 15.5.6: a 405 says in `Allow` what the path takes. */
function refuseMethod(context: AppContext, routes: readonly Route[], path: string): Response {
  const allowed = routes.filter((route) => route.path === path).map((route) => route.method);
  const failure = new InferenceError(
    "METHOD_NOT_ALLOWED",
    `${context.req.path} takes ${allowed.join(" and ")}, not ${context.req.method}.`,
  );
  const { requestId, trail } = context.env;
  trail.route = toLabel(path);
  trail.failure = failure.code;
  const response = toFailureResponse(failure, requestId);
  response.headers.set("allow", allowed.join(", "));
  return response;
}
