import { withoutStage } from "./api-stage.ts";
import { isRecord, pairsAt, recordAt, textAt, textsOf } from "./event-record.ts";
import { type Front, MOST_RESULT_BYTES } from "./front.ts";
import { readBody } from "./http-event.ts";

/**
 * Function URLs, and HTTP APIs with payload format 2.0.
 *
 * Source: Lambda developer guide, "Invoking Lambda function URLs"; API Gateway, "Lambda proxy integrations for HTTP APIs".
 */
export const payloadTwo: Front = {
  name: "a function URL or an HTTP API",
  maxResultBytes: MOST_RESULT_BYTES,
  recognizes: (event) => isRecord(recordAt(event, "requestContext")["http"]),
  read(event) {
    const http = recordAt(recordAt(event, "requestContext"), "http");
    const headers = pairsAt(event, "headers");
    const cookies = textsOf(event["cookies"]);
    if (cookies.length > 0) headers.push(["cookie", cookies.join("; ")]);
    const path = textAt(event, "rawPath") ?? textAt(http, "path") ?? "/";
    return {
      method: textAt(http, "method") ?? "GET",
      path: withoutStage(path, event),
      query: textAt(event, "rawQueryString") ?? "",
      headers,
      body: readBody(event, headers),
    };
  },
  toResult: ({ status, headers, cookies, body, isBase64Encoded }) => ({
    statusCode: status,
    headers,
    ...(cookies.length > 0 && { cookies }),
    body,
    isBase64Encoded,
  }),
};
