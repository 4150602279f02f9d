import type { HeaderReader } from "./header-reader.ts";

/** As much of OpenTelemetry's `Span` as is used here. */
export interface Span {
  spanContext(): { readonly traceId: string };
  setAttribute(name: string, value: string | number): unknown;
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  updateName(name: string): unknown;
  recordException(error: Error): void;
  end(): void;
}

/** What a span is, before its work begins. */
export interface SpanOptions {
  /** Source: OpenTelemetry API, `SpanKind`. */
  readonly kind?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

interface Tracer {
  startActiveSpan<Result>(
    name: string,
    options: SpanOptions,
    context: unknown,
    work: (span: Span) => Promise<Result>,
  ): Promise<Result>;
}

interface TextMapPropagator {
  inject(context: unknown, carrier: Map<string, string>, setter: unknown): void;
  extract(context: unknown, carrier: HeaderReader, getter: unknown): unknown;
}

/** What a process with an OpenTelemetry SDK has. */
interface RegisteredApi {
  readonly trace: { getTracer(name: string): Tracer };
  readonly context: { active(): unknown };
  readonly propagation?: TextMapPropagator;
}

/** Where every copy of OpenTelemetry's API 1.x in a process finds the SDK. Source: @opentelemetry/api, `global-utils`. */
const API: unique symbol = Symbol.for("opentelemetry.js.api.1");

/**
 * A tracer of the SDK that the process has registered, and the context in which it works; nothing without an SDK.
 *
 * The API's own package is not imported: it would be loaded with every cold start and bundled into every function for the
 * few that trace, and a function's layer (such as AWS's for OpenTelemetry) registers its SDK in this place all the same.
 */
export function findTracer(): { readonly tracer: Tracer; readonly api: RegisteredApi } | undefined {
  const api = (globalThis as { readonly [API]?: unknown })[API];
  return isRegistered(api) ? { tracer: api.trace.getTracer("virga"), api } : undefined;
}

function isRegistered(api: unknown): api is RegisteredApi {
  return typeof api === "object" && api !== null && "trace" in api && "context" in api;
}

/**
 * The context of a request: what is under way in the process (the SDK may trace its HTTP server), otherwise the caller's,
 * as its headers have it in the formats that the SDK reads (W3C's `traceparent` and `tracestate` where nothing else is set).
 */
export function contextOf(headers: HeaderReader, { context, propagation }: RegisteredApi): unknown {
  const active = context.active();
  if (propagation === undefined || isTraced(active, propagation)) return active;
  return propagation.extract(active, headers, GETTER);
}

/** A context that belongs to a trace has something to send on. */
function isTraced(context: unknown, propagation: TextMapPropagator): boolean {
  const carrier = new Map<string, string>();
  propagation.inject(context, carrier, SETTER);
  return carrier.size > 0;
}

const GETTER = {
  keys: (headers: HeaderReader): string[] => [...headers.keys()],
  get: (headers: HeaderReader, name: string): string | undefined => headers.get(name) ?? undefined,
};

const SETTER = {
  set: (carrier: Map<string, string>, name: string, value: string): void => void carrier.set(name, value),
};
