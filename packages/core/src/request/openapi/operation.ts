import { FAILURES, type FailureCode } from "../../errors.ts";
import type { Schema } from "./element-schema.ts";

/** What an answer of one media type looks like. */
type Content = Readonly<Record<string, { readonly schema?: Schema; readonly examples?: Schema }>>;

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly requestBody?: { readonly required: boolean; readonly description?: string; readonly content: Content };
  /** What a 200 holds. */
  readonly content: Content;
  /** Headers of a 200 beside those of every answer. */
  readonly headers?: Schema;
  /** Failures that can be answered, beside those that every operation has. */
  readonly failures: readonly FailureCode[];
}

/** What can go wrong whatever is asked. */
const COMMON_FAILURES: readonly FailureCode[] = ["METHOD_NOT_ALLOWED", "OVERLOADED", "INTERNAL"];

/** An operation as OpenAPI writes it, its failures as references to `failureResponses`. */
export function toOperation({ tag, content, headers, failures, ...rest }: Operation): Schema {
  const statuses = [...new Set([...failures, ...COMMON_FAILURES].map((code) => FAILURES[code].status))].sort();
  return {
    tags: [tag],
    ...rest,
    responses: {
      200: { description: "The answer.", headers: { "X-Request-Id": REQUEST_ID, ...headers }, content },
      ...Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }])),
    },
  };
}

export function jsonContent(schema: Schema, examples: Schema = {}): Content {
  return { "application/json": { schema, ...(Object.keys(examples).length > 0 && { examples }) } };
}

const REQUEST_ID: Schema = {
  description: "Names the request in the service's log.",
  required: true,
  schema: { type: "string" },
};

/** One response for each status that a failure can have; it names the codes that share the status. */
export function failureResponses(): Record<string, Schema> {
  const statuses = [...new Set(Object.values(FAILURES).map((failure) => failure.status))];
  return Object.fromEntries(statuses.map((status) => [nameOf(status), failureResponse(status)]));
}

function failureResponse(status: number): Schema {
  const codes = Object.entries(FAILURES).flatMap(([code, failure]) => (failure.status === status ? [code] : []));
  const retryAfter = {
    description: "Seconds after which the request may be sent again.",
    required: true,
    schema: { type: "integer", minimum: 0 },
  };
  return {
    description: `${codes.join(" or ")}: \`error\` says what, where and what to do.`,
    ...(status === 503 && { headers: { "Retry-After": retryAfter } }),
    content: jsonContent({
      type: "object",
      // The server's own refusals, of what is no request, have no id.
      required: ["error", "code"],
      properties: { error: { type: "string" }, code: { enum: codes }, requestId: { type: "string" } },
    }),
  };
}

function nameOf(status: number): string {
  return `Failure${status}`;
}
