import type { Answer } from "./answer.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import type { ObservedInvocation } from "./observe-request.ts";

/** One route: Hono's path syntax, and what answers it. */
export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  handle(call: RouteCall): Answer | Promise<Answer>;
}

export interface RouteCall {
  readonly request: IncomingRequest;
  readonly invocation: ObservedInvocation;
  /** A decoded parameter of the path. */
  parameter(name: string): string;
}
