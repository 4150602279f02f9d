import { withoutStage } from "./api-stage.ts";
import { multiPairsAt, pairsAt, recordAt, textAt } from "./event-record.ts";
import { type Front, MOST_RESULT_BYTES } from "./front.ts";
import { readBody } from "./http-event.ts";

/**
 * REST APIs, and HTTP APIs with payload format 1.0. A REST API has to have the binary media type `*` + `/*`, or it changes
 * binary bodies on their way.
 *
 * Source: API Gateway, "Lambda proxy integrations in API Gateway".
 */
export const restEvent: Front = {
  name: "a REST API",
  maxResultBytes: MOST_RESULT_BYTES,
  recognizes: (event) => typeof event["httpMethod"] === "string",
  read(event) {
    const headers = multiPairsAt(event, "multiValueHeaders") ?? pairsAt(event, "headers");
    const query = multiPairsAt(event, "multiValueQueryStringParameters") ?? pairsAt(event, "queryStringParameters");
    const path = textAt(event, "path") ?? "/";
    const hasStage = textAt(recordAt(event, "requestContext"), "path") === path;
    return {
      method: textAt(event, "httpMethod") ?? "GET",
      path: hasStage ? withoutStage(path, event) : path,
      query: new URLSearchParams(query).toString(),
      headers,
      body: readBody(event, headers),
    };
  },
  toResult: ({ status, headers, cookies, body, isBase64Encoded }) => ({
    statusCode: status,
    headers,
    ...(cookies.length > 0 && { multiValueHeaders: { "set-cookie": cookies } }),
    body,
    isBase64Encoded,
  }),
};
