import type { InferenceApp } from "@virga/core";

/** What a platform does to requests and answers whatever the adapter does; the suite holds each of them to its limit. */
export interface PlatformLimits {
  /** Largest answer that the platform carries; absent where it has no such bound. */
  readonly maxResponseBytes?: number;
  /** It reads bodies that are labelled as text as UTF-8, so that others have to be refused, never guessed. */
  readonly readsTextBodies?: boolean;
  /** It unescapes paths. */
  readonly unescapesPaths?: boolean;
  /** Of query names that are repeated it keeps the last. */
  readonly keepsLastOfRepeated?: boolean;
}

/** An adapter under test: it only turns a request into its platform's event, and the platform's answer back. */
export interface OpenedAdapter extends PlatformLimits {
  send(request: Request): Promise<Response>;
  /** Ends the platform's process as the platform does; the adapter closes the app. */
  close(): Promise<void>;
}

/** Puts an app behind the adapter under test. */
export type OpenAdapter = (app: InferenceApp) => Promise<OpenedAdapter>;

/** What one request looked like when it reached the app. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** An app that keeps what it was asked and gives a prepared answer. */
export interface ProbeApp extends InferenceApp {
  readonly seen: readonly SeenRequest[];
  readonly closes: number;
}

/** Builds the app that the translation cases look through. */
export function createProbeApp(answer: () => Response | Promise<Response>): ProbeApp {
  const seen: SeenRequest[] = [];
  let closes = 0;
  return {
    seen,
    get closes() {
      return closes;
    },
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const body = new Uint8Array(await request.arrayBuffer());
      seen.push({ method: request.method, path: pathname, query: search, headers: request.headers, body });
      return answer();
    },
    warm: async () => undefined,
    close: async () => {
      closes += 1;
    },
  };
}
