import { describe, expect, it } from "@jest/globals";
import { createLambdaHandler, createStreamingHandler } from "@virga/aws/lambda";
import type { OpenAdapter } from "../src/adapter-harness.ts";
import { ADAPTER_SERVICE_CASES } from "../src/adapter-service-cases.ts";
import { ADAPTER_TRANSLATION_CASES } from "../src/adapter-translation-cases.ts";
import {
  BUFFERED_FRONTS,
  createLocalInvoke,
  createLocalStreamingInvoke,
  type Invoke,
  LOCAL_PLATFORM,
  type SimulatedFront,
  sendThrough,
  streamingUrl,
} from "../src/lambda-front/index.ts";

type Fields = Record<string, unknown>;

/** What a broken handler would have made of the event, or of its result. */
interface Bug {
  readonly event?: (event: Fields) => Fields;
  readonly result?: (result: Fields) => Fields;
  readonly stream?: (bytes: Buffer) => Buffer;
}

const bodyOf = ({ body, isBase64Encoded }: Fields): Buffer =>
  Buffer.from(String(body ?? ""), isBase64Encoded === true ? "base64" : "utf8");

const EVERYWHERE: Readonly<Record<string, Bug>> = {
  "reads every body as text": {
    event: (event) => ({ ...event, body: bodyOf(event).toString(), isBase64Encoded: false }),
  },
  "does not decode base64": { event: (event) => ({ ...event, isBase64Encoded: false }) },
  "drops the body": { event: ({ body: _, ...event }) => event },
  "answers in text only": {
    result: (result) => ({ ...result, body: bodyOf(result).toString(), isBase64Encoded: false }),
  },
  "forgets to say base64": { result: (result) => ({ ...result, isBase64Encoded: false }) },
  "loses the status": { result: (result) => ({ ...result, statusCode: 200, statusDescription: "200 OK" }) },
  "gives the status as text": { result: (result) => ({ ...result, statusCode: String(result["statusCode"]) }) },
  "drops headers": { result: ({ headers: _, multiValueHeaders: __, ...result }) => result },
};

const drop =
  (...names: string[]) =>
  (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

const BY_FRONT: Readonly<Record<string, Readonly<Record<string, Bug>>>> = {
  "function URL": {
    "loses cookies": { result: drop("cookies") },
    "loses the query": { event: drop("rawQueryString") },
  },
  "HTTP API": {
    "keeps the stage": { event: (event) => ({ ...event, requestContext: { http: { method: "POST" } } }) },
    "loses cookies": { result: drop("cookies") },
  },
  "REST API": {
    "loses cookies": { result: drop("multiValueHeaders") },
    "takes the last of repeated names": { event: drop("multiValueQueryStringParameters") },
    "takes single headers for multi-value ones": {
      result: ({ headers, ...result }) => ({ ...result, multiValueHeaders: headers }),
    },
  },
  "load balancer with multi-value headers": {
    "takes the last of repeated names": { event: drop("multiValueQueryStringParameters") },
    "has no description of the status": { result: drop("statusDescription") },
    "answers with single headers": {
      result: ({ multiValueHeaders, ...result }) => ({
        ...result,
        headers: Object.fromEntries(
          Object.entries(multiValueHeaders as Fields).map(([name, each]) => [name, String(each)]),
        ),
      }),
    },
  },
  "load balancer": {
    "has no description of the status": { result: drop("statusDescription") },
    "answers with multi-value headers": {
      result: ({ headers, ...result }) => ({
        ...result,
        multiValueHeaders: Object.fromEntries(Object.entries(headers as Fields).map(([name, each]) => [name, [each]])),
      }),
    },
  },
};

const STREAMING: Readonly<Record<string, Bug>> = {
  "writes no head": { stream: (bytes) => bytes.subarray(bytes.indexOf(Buffer.alloc(8)) + 8) },
  "writes the body as text": { stream: (bytes) => Buffer.from(bytes.toString()) },
  "loses the last byte": { stream: (bytes) => bytes.subarray(0, -1) },
};

function broken(invoke: Invoke, { event = (it) => it, result = (it) => it, stream = (it) => it }: Bug): Invoke {
  return async (payload) => {
    const invoked = await invoke(JSON.stringify(event(JSON.parse(payload))));
    if (invoked.kind === "result") return { kind: "result", text: JSON.stringify(result(JSON.parse(invoked.text))) };
    return invoked.kind === "stream" ? { ...invoked, bytes: stream(Buffer.from(invoked.bytes)) } : invoked;
  };
}

function opened(front: SimulatedFront, bug: Bug): OpenAdapter {
  return async (app) => {
    const service = { app, log: () => undefined, underWay: new Set<string>() };
    const invoke =
      front === streamingUrl
        ? createLocalStreamingInvoke(createStreamingHandler(service, LOCAL_PLATFORM))
        : createLocalInvoke(createLambdaHandler(service));
    const sabotaged = broken(invoke, bug);
    return { ...front.limits, send: (request) => sendThrough(front, sabotaged, request), close: () => app.close() };
  };
}

async function firstFailure(open: OpenAdapter): Promise<string | undefined> {
  for (const each of [...ADAPTER_TRANSLATION_CASES, ...ADAPTER_SERVICE_CASES]) {
    try {
      await each.run(open);
    } catch {
      return each.name;
    }
  }
  return undefined;
}

describe("the adapter suite finds what a broken Lambda handler would do", () => {
  for (const front of [...BUFFERED_FRONTS, streamingUrl]) {
    const bugs = front === streamingUrl ? STREAMING : { ...EVERYWHERE, ...BY_FRONT[front.name] };
    for (const [name, bug] of Object.entries(bugs)) {
      it(`behind a ${front.name}: ${name}`, async () => {
        expect(await firstFailure(opened(front, bug))).toBeDefined();
      });
    }
    it(`behind a ${front.name}: nothing where nothing is broken`, async () => {
      expect(await firstFailure(opened(front, {}))).toBeUndefined();
    });
  }
});
