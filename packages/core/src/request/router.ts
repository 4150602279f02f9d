import { TrieRouter } from "hono/router/trie-router";
import { InferenceError } from "../errors.ts";
import { type Answer, withHeader } from "./answer.ts";
import { describeRoutes } from "./describe-routes.ts";
import { toFailureAnswer } from "./failure-response.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import { inferRoutes } from "./infer-routes.ts";
import type { Limits } from "./limits.ts";
import type { ObservedInvocation } from "./observe-request.ts";
import type { Route } from "./route.ts";
import type { Service } from "./service.ts";

/** A route as it was found for one path. */
interface FoundRoute {
  readonly route: Route;
  /** As people write it. */
  readonly label: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Paths that were asked for before: finding one anew costs more than all else that a small request needs. */
const MOST_KNOWN_PATHS = 256;

/** Finds the route of a request. @throws InferenceError `ROUTE_UNKNOWN` or `METHOD_NOT_ALLOWED`, and what routes throw. */
export function createRouter(
  service: Service,
  limits: Limits,
  others: readonly Route[] = [],
): (request: IncomingRequest, invocation: ObservedInvocation) => Promise<Answer> {
  const routes = [...describeRoutes(service, limits), ...inferRoutes(service, limits), ...others];
  const find = createFinder(routes);
  return async (request, invocation) => {
    const isHead = request.method === "HEAD";
    const path = pathOf(request.url);
    const found = find(isHead ? "GET" : request.method, path);
    if (found === undefined) return refuse(request, path, routes, find, invocation);
    const { route, label, parameters } = found;
    invocation.trail.route = label;
    const answer = await route.handle({ request, invocation, parameter: (name) => parameters[name] ?? "" });
    return isHead ? { ...answer, body: new Uint8Array() } : answer;
  };
}

type Find = (method: string, path: string) => FoundRoute | undefined;

function createFinder(routes: readonly Route[]): Find {
  const router = new TrieRouter<Route>();
  for (const route of routes) router.add(route.method, route.path, route);
  const known = new Map<string, FoundRoute>();
  return (method, path) => {
    const key = `${method} ${path}`;
    const found = known.get(key) ?? match(router, method, path);
    if (found === undefined || known.has(key)) return found;
    if (known.size >= MOST_KNOWN_PATHS) known.clear();
    known.set(key, found);
    return found;
  };
}

function match(router: TrieRouter<Route>, method: string, path: string): FoundRoute | undefined {
  const [first] = router.match(method, path)[0];
  if (first === undefined) return undefined;
  const [route, found] = first;
  const parameters = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, decode(String(value))]));
  return { route, label: toLabel(route.path), parameters };
}

const AFTER_ORIGIN = /^[^/]*\/\/[^/?#]*([^?#]*)/;

/** The path of an absolute URL, decoded but for what would cut it in other places. */
function pathOf(url: string): string {
  const path = AFTER_ORIGIN.exec(url)?.[1] ?? "/";
  if (!path.includes("%")) return path;
  try {
    return decodeURI(path.replaceAll("%25", "%2525"));
  } catch {
    return path;
  }
}

/** What stands in a path, decoded as far as it can be. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A route's path as people write it: what may stand in a parameter is left away, verbs are not. */
function toLabel(path: string): string {
  return path.replace(/:(\w+)(?:\{.*?(:predict)?\})?/g, (_, name: string, verb = "") => `{${name}}${verb}`);
}

/** Source: RFC 9110, section 15.5.6: a 405 says in `Allow` what the path takes. */
function refuse(
  { method }: IncomingRequest,
  path: string,
  routes: readonly Route[],
  find: Find,
  { requestId, trail }: ObservedInvocation,
): Answer {
  const [other] = ["GET", "POST"].flatMap((each) => find(each, path) ?? []);
  if (other === undefined) {
    throw new InferenceError("ROUTE_UNKNOWN", `There is nothing at ${path}; /openapi.json lists what there is.`);
  }
  const allowed = routes.filter((route) => route.path === other.route.path).map((route) => route.method);
  const message = `${path} takes ${allowed.join(" and ")}, not ${method}.`;
  const failure = new InferenceError("METHOD_NOT_ALLOWED", message);
  trail.route = other.label;
  trail.failure = failure.code;
  return withHeader(toFailureAnswer(failure, requestId), "allow", allowed.join(", "));
}
