import type { Invocation } from "./inference-app.ts";

/** An invocation whose request has an id. */
export interface IdentifiedInvocation extends Invocation {
  readonly requestId: string;
}

/** One route: Hono's path syntax, and what answers it. */
export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  handle(call: RouteCall): Response | Promise<Response>;
}

export interface RouteCall {
  readonly request: Request;
  readonly invocation: IdentifiedInvocation;
  /** A decoded parameter of the path. */
  parameter(name: string): string;
}
