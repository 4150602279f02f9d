import type { HeaderReader } from "./header-reader.ts";
import { contextOf, findTracer, type Span, type SpanOptions } from "./open-telemetry.ts";

/** Source: OpenTelemetry API, `SpanStatusCode` and `SpanKind`. */
const STATUS_ERROR = 2;
const KIND_SERVER = 1;

/**
 * Does work within a span where the process traces, and just so where it does not; spans begun by the work are its
 * children. A failure is recorded and thrown on.
 */
export function inSpan<Result>(
  name: string,
  attributes: Readonly<Record<string, string>>,
  work: () => Promise<Result>,
): Promise<Result> {
  const found = findTracer();
  if (found === undefined) return work();
  return found.tracer.startActiveSpan(name, { attributes }, found.api.context.active(), (span) => until(span, work));
}

/** Answers a request within a span of its caller's trace, where the process traces. */
export function inRequestSpan<Result>(
  request: { readonly method: string; readonly headers: HeaderReader },
  work: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  const found = findTracer();
  if (found === undefined) return work(undefined);
  const options: SpanOptions = { kind: KIND_SERVER, attributes: { "http.request.method": request.method } };
  const context = contextOf(request.headers, found.api);
  return found.tracer.startActiveSpan(request.method, options, context, (span) => until(span, () => work(span)));
}

async function until<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    span.recordException(failure);
    span.setStatus({ code: STATUS_ERROR, message: failure.message });
    throw error;
  } finally {
    span.end();
  }
}

/** Tells a request's span how it was answered. Source: OpenTelemetry semantic conventions, "HTTP server". */
export function describeAnswer(span: Span, method: string, route: string, status: number): void {
  span.updateName(route === "" ? method : `${method} ${route}`);
  if (route !== "") span.setAttribute("http.route", route);
  span.setAttribute("http.response.status_code", status);
  if (status >= 500) span.setStatus({ code: STATUS_ERROR });
}

const TRACE_PARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
const NO_TRACE = /^0*$/;

/** The trace that a request says it belongs to. Source: W3C Trace Context, `traceparent`. */
export function traceIdOf(headers: HeaderReader): string | undefined {
  const parent = headers.get("traceparent");
  if (parent === null) return undefined;
  const [, traceId = ""] = TRACE_PARENT.exec(parent) ?? [];
  return NO_TRACE.test(traceId) ? undefined : traceId;
}

/** The trace that a span belongs to; nothing where the SDK traces nothing. */
export function traceIdOfSpan(span: Span | undefined): string | undefined {
  if (span === undefined) return undefined;
  const { traceId } = span.spanContext();
  return NO_TRACE.test(traceId) ? undefined : traceId;
}
