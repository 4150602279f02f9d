import { isLabelledAsText, toEventBody, wireHeaders } from "./request-body.ts";
import { LAMBDA_BYTES, readResult, type SimulatedFront, toClientResponse } from "./simulated-front.ts";

/** Bytes that fill a result in base64. */
const MOST_BINARY_BYTES = (6_291_556 * 3) / 4;

interface PayloadTwoOptions {
  readonly stage: string;
  readonly domainName: string;
  /** What stands as `rawPath`. */
  rawPath(pathname: string): string;
}

/** An event in payload format 2.0. Source: API Gateway, "Lambda proxy integrations for HTTP APIs". */
async function toPayloadTwo(request: Request, options: PayloadTwoOptions): Promise<object> {
  const { pathname, search } = new URL(request.url);
  const query = new URLSearchParams(search);
  const headers = await wireHeaders(request);
  const cookies = headers.find(([name]) => name === "cookie")?.[1].split("; ");
  const path = options.rawPath(pathname);
  const { body, isBase64Encoded } = await toEventBody(request, isLabelledAsText);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: search.slice(1),
    ...(cookies && { cookies }),
    headers: Object.fromEntries(headers.filter(([name]) => name !== "cookie")),
    ...(search !== "" && {
      queryStringParameters: Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name).join(",")])),
    }),
    requestContext: {
      accountId: "123456789012",
      apiId: options.domainName.split(".")[0],
      domainName: options.domainName,
      http: { method: request.method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      requestId: "gateway-request",
      routeKey: "$default",
      stage: options.stage,
      time: "22/Nov/2026:12:00:00 +0000",
      timeEpoch: 1_795_348_800_000,
    },
    ...(body !== null && { body }),
    isBase64Encoded,
  };
}

function toResponse(...[invoked]: Parameters<SimulatedFront["toResponse"]>): Response {
  const { statusCode, headers, cookies, bytes } = readResult(invoked);
  const fields = [...Object.entries(headers), ...cookies.map((cookie) => ["set-cookie", cookie] as const)];
  return toClientResponse(statusCode, fields, bytes);
}

/** A Lambda function URL with `InvokeMode: BUFFERED`. */
export const functionUrl: SimulatedFront = {
  name: "function URL",
  limits: { maxResponseBytes: MOST_BINARY_BYTES, readsTextBodies: true },
  mostEventBytes: LAMBDA_BYTES,
  toEvent: (request) =>
    toPayloadTwo(request, {
      stage: "$default",
      domainName: "abcdefghij.lambda-url.eu-west-1.on.aws",
      rawPath: (pathname) => pathname,
    }),
  toResponse,
};

/** An HTTP API with a named stage; it unescapes paths, and loses what follows a question mark in them. */
export const httpApi: SimulatedFront = {
  name: "HTTP API",
  limits: { maxResponseBytes: MOST_BINARY_BYTES, readsTextBodies: true, unescapesPaths: true },
  mostEventBytes: LAMBDA_BYTES,
  toEvent: (request) =>
    toPayloadTwo(request, {
      stage: "dev",
      domainName: "klmnopqrst.execute-api.eu-west-1.amazonaws.com",
      rawPath: (pathname) => `/dev${decodeURIComponent(pathname).replace(/\?.*/s, "")}`,
    }),
  toResponse,
};
