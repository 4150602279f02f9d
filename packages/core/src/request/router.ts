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

/** URLs that were asked for before: finding one anew costs more than all else that a small request needs. */
const MOST_KNOWN_URLS = 256;

/** Finds the route of a request. @throws InferenceError `ROUTE_UNKNOWN` or `METHOD_NOT_ALLOWED`, and what routes throw. */
export function createRouter(
  service: Service,
  limits: Limits,
  others: readonly Route[] = [],
): (request: IncomingRequest, invocation: ObservedInvocation) => Answer | Promise<Answer> {
  const routes = [...describeRoutes(service, limits), ...inferRoutes(service, limits), ...others];
  const find = createFinder(routes);
  return (request, invocation) => {
    const isHead = request.method === "HEAD";
    const found = find(isHead ? "GET" : request.method, request.url);
    if (found === undefined) return refuse(request, routes, find, invocation);
    const { route, label, parameters } = found;
    invocation.trail.route = label;
    const answer = route.handle({ request, invocation, parameter: (name) => parameters[name] ?? "" });
    return isHead ? withoutBody(answer) : answer;
  };
}

async function withoutBody(answer: Answer | Promise<Answer>): Promise<Answer> {
  return { ...(await answer), body: new Uint8Array() };
}

type Find = (method: string, url: string) => FoundRoute | undefined;

function createFinder(routes: readonly Route[]): Find {
  const router = new TrieRouter<Route>();
  for (const route of routes) router.add(route.method, route.path, route);
  const known = { GET: new Map<string, FoundRoute>(), POST: new Map<string, FoundRoute>() };
  return (method, url) => {
    if (method !== "GET" && method !== "POST") return match(router, method, pathOf(url));
    const urls = known[method];
    const before = urls.get(url);
    if (before !== undefined) return before;
    const found = match(router, method, pathOf(url));
    // A query may be another each time.
    if (found === undefined || url.includes("?")) return found;
    if (urls.size >= MOST_KNOWN_URLS) urls.clear();
    urls.set(url, found);
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
  { method, url }: IncomingRequest,
  routes: readonly Route[],
  find: Find,
  { requestId, trail }: ObservedInvocation,
): Answer {
  const path = pathOf(url);
  const [other] = ["GET", "POST"].flatMap((each) => find(each, url) ?? []);
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
