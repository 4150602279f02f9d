import { gunzipSync } from "node:zlib";
import { wireHeaders } from "./request-body.ts";
import { LAMBDA_BYTES, readResult, type SimulatedFront, toClientResponse } from "./simulated-front.ts";

const STAGE = "dev";

/**
 * A REST API with the binary media type for everything, and payload format 1.0. It inflates bodies by itself, and leaves
 * the header that says they are compressed.
 *
 * Source: API Gateway, "Lambda proxy integrations in API Gateway".
 */
export const restApi: SimulatedFront = {
  name: "REST API",
  limits: { maxResponseBytes: 4_718_667 },
  mostEventBytes: LAMBDA_BYTES,
  async toEvent(request) {
    const { pathname, search } = new URL(request.url);
    const headers = (await wireHeaders(request)).map(([name, value]): [string, string] => [capitalized(name), value]);
    const query = [...new URLSearchParams(search)];
    const sent = Buffer.from(await request.clone().arrayBuffer());
    const bytes = request.headers.get("content-encoding") === "gzip" ? gunzipSync(sent) : sent;
    return {
      resource: "/{proxy+}",
      path: pathname,
      httpMethod: request.method,
      headers: Object.fromEntries(headers),
      multiValueHeaders: toLists(headers),
      queryStringParameters: query.length === 0 ? null : Object.fromEntries(query),
      multiValueQueryStringParameters: query.length === 0 ? null : toLists(query),
      pathParameters: { proxy: pathname.slice(1) },
      stageVariables: null,
      requestContext: {
        accountId: "123456789012",
        apiId: "uvwxyzabcd",
        domainName: "uvwxyzabcd.execute-api.eu-west-1.amazonaws.com",
        httpMethod: request.method,
        identity: { sourceIp: "192.0.2.1", userAgent: "test" },
        path: `/${STAGE}${pathname}`,
        protocol: "HTTP/1.1",
        requestId: "gateway-request",
        resourcePath: "/{proxy+}",
        stage: STAGE,
      },
      body: bytes.byteLength === 0 ? null : bytes.toString("base64"),
      isBase64Encoded: bytes.byteLength > 0,
    };
  },
  toResponse(invoked) {
    const { statusCode, headers, multiValueHeaders, cookies, bytes } = readResult(invoked);
    if (cookies.length > 0) throw new TypeError("A REST API knows no cookies apart.");
    const fields = Object.entries(headers).filter(([name]) => !(name in multiValueHeaders));
    for (const [name, values] of Object.entries(multiValueHeaders)) {
      fields.push(...values.map((value): [string, string] => [name, value]));
    }
    return toClientResponse(statusCode, fields, bytes);
  },
};

/** As clients of HTTP/1.1 write them. */
function capitalized(name: string): string {
  return name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

export function toLists(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of pairs) lists[name] = [...(lists[name] ?? []), value];
  return lists;
}
