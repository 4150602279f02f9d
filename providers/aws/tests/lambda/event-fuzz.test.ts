import { describe, expect, it } from "@jest/globals";
import { createLambdaHandler } from "@virga/aws/lambda";
import { FAILURES } from "@virga/core";
import fc from "fast-check";
import { CONTEXT } from "./support/context.ts";
import { toService } from "./support/to-service.ts";

/** Gives back what it is asked, bytes and all. */
const echo = {
  async fetch(request: Request) {
    const headers = { "content-type": request.headers.get("content-type") ?? "application/json" };
    return new Response(await request.arrayBuffer(), { headers });
  },
  warm: async () => undefined,
  close: async () => undefined,
};
const handler = createLambdaHandler(toService(echo));

/** A right event's value or any other. */
const spoilt = (right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<unknown> });
const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.webPath(), fc.webQueryParameters());
const texts = fc.dictionary(fc.string({ minLength: 1 }), text);
const lists = fc.dictionary(fc.string({ minLength: 1 }), fc.array(text));
const method = fc.oneof(fc.constantFrom("GET", "HEAD", "POST", "PUT", "TRACE", "CONNECT", "get", ""), fc.string());
const body = { body: spoilt(fc.oneof(text, fc.base64String())), isBase64Encoded: spoilt(fc.boolean()) };
const headers = fc.oneof(
  texts,
  fc.record({ "content-type": fc.constantFrom("text/plain", "application/json", "image/png") }),
  fc.record({ "content-encoding": fc.constantFrom("gzip", "deflate", "br"), "content-length": fc.nat().map(String) }),
);
const optional = { requiredKeys: [] };

const payloadTwo = fc.record(
  {
    version: fc.constant("2.0"),
    rawPath: spoilt(text),
    rawQueryString: spoilt(text),
    headers: spoilt(headers),
    cookies: spoilt(fc.array(text)),
    requestContext: fc.record(
      { http: fc.record({ method: spoilt(method) }, optional), stage: spoilt(text) },
      { requiredKeys: ["http"] },
    ),
    ...body,
  },
  { requiredKeys: ["requestContext"] },
);
const payloadOne = fc.record(
  {
    httpMethod: method,
    path: spoilt(text),
    headers: spoilt(headers),
    multiValueHeaders: spoilt(lists),
    queryStringParameters: spoilt(texts),
    multiValueQueryStringParameters: spoilt(lists),
    requestContext: spoilt(fc.record({ stage: text, path: text }, optional)),
    ...body,
  },
  { requiredKeys: ["httpMethod"] },
);
const balanced = payloadOne.map((event) => ({ ...event, requestContext: { elb: { targetGroupArn: "arn" } } }));

interface Result {
  readonly statusCode: number;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

function expectWellFormed(result: unknown): void {
  const { statusCode, body: answer, isBase64Encoded } = result as Result;
  expect(Number.isInteger(statusCode) && statusCode >= 200 && statusCode < 600).toBe(true);
  expect([typeof answer, typeof isBase64Encoded]).toEqual(["string", "boolean"]);
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
}

describe("whatever comes over HTTP gets a well-formed answer", () => {
  it.each([
    ["payload 2.0", payloadTwo],
    ["payload 1.0", payloadOne],
    ["a load balancer", balanced],
  ])("%s", async (_, arbitrary: fc.Arbitrary<unknown>) => {
    await fc.assert(
      fc.asyncProperty(arbitrary, async (event) => expectWellFormed(await handler(event, CONTEXT))),
      { numRuns: 400 },
    );
  });
});

describe("bytes pass through every front as they are", () => {
  const postOf: Readonly<Record<string, (bytes: Buffer, type: string) => unknown>> = {
    "payload 2.0": (bytes, type) => ({
      requestContext: { http: { method: "POST" } },
      headers: { "content-type": type },
      body: bytes.toString("base64"),
      isBase64Encoded: true,
    }),
    "payload 1.0": (bytes, type) => ({
      httpMethod: "POST",
      headers: { "content-type": type },
      body: bytes.toString("base64"),
      isBase64Encoded: true,
    }),
  };
  it.each(Object.entries(postOf))("%s", async (_, toEvent) => {
    const types = fc.constantFrom("application/json", "text/plain", "application/octet-stream", "application/a+json");
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), types, async (bytes, type) => {
        const result = (await handler(toEvent(Buffer.from(bytes), type), CONTEXT)) as Result;
        const answer = Buffer.from(result.body, result.isBase64Encoded ? "base64" : "utf8");
        expect(answer.equals(bytes)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("whatever the function is invoked with", () => {
  it("gets a value or an error with a code", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (event) => {
        try {
          await handler(event, CONTEXT);
        } catch (error) {
          expect(FAILURES).toHaveProperty(error instanceof Error ? error.name : "no error");
        }
      }),
      { numRuns: 400 },
    );
  });
});
