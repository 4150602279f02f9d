import type { Answer } from "./answer.ts";
import type { IncomingRequest } from "./incoming-request.ts";

/** What the platform knows of one call; plain HTTP needs none of it. */
export interface Invocation {
  readonly requestId?: string;
  /** Aborted when the caller has gone. */
  readonly signal?: AbortSignal;
  /** In place of `signal`, which costs more to make than a small model to run: calls back once the caller has gone. */
  readonly whenGone?: (callback: () => void) => void;
  /** When the request came, as `performance.now()` counts; its time limit begins then. Now where absent. */
  readonly receivedAtMs?: number;
  /** Milliseconds that the platform still gives this call; the app answers 504 before they are over. */
  readonly remainingMs?: number;
  /** Whether the platform itself has let this caller in, so that no API key is asked for. */
  readonly isAuthorized?: boolean;
}

/** The whole framework as an adapter sees it. */
export interface InferenceApp {
  /** Never rejects: every failure is a `Response`. */
  fetch(request: Request, invocation?: Invocation): Promise<Response>;
  /** The same without web objects, for adapters that can do without; `fetch` where absent. */
  answer?(request: IncomingRequest, invocation?: Invocation): Promise<Answer>;
  /** Loads every model outside the first request. @throws InferenceError of the first model that fails to load. */
  warm(): Promise<void>;
  /** Refuses new requests, waits for those under way and frees the models; idempotent. */
  close(): Promise<void>;
}
