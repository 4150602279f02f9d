import type { IncomingHttpHeaders } from "node:http";

/** A request as the server saw it. */
export interface ServedRequest {
  /** Counted from 0. */
  readonly index: number;
  /** Of the connection that it came over, counted from 0 by their first requests. */
  readonly connection: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Both ends included; absent for the whole object. */
  readonly range?: { readonly first: number; readonly last: number };
}
