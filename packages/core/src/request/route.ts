import type { ObservedInvocation } from "./observe-request.ts";

/** One route: Hono's path syntax, and what answers it. */
export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  handle(call: RouteCall): Response | Promise<Response>;
}

export interface RouteCall {
  readonly request: Request;
  readonly invocation: ObservedInvocation;
  /** A decoded parameter of the path. */
  parameter(name: string): string;
}
