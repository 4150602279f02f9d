import { STATUS_CODES } from "node:http";
import { isLabelledAsText, toEventBody, wireHeaders } from "./request-body.ts";
import { toLists } from "./rest-api.ts";
import { readResult, type SimulatedFront, toClientResponse } from "./simulated-front.ts";

const MOST_BYTES = 1024 * 1024;

/**
 * An Application Load Balancer; its target group has multi-value headers or not.
 *
 * Source: Elastic Load Balancing, "Use Lambda functions as targets of an Application Load Balancer".
 */
export function loadBalancer(hasMultiValues: boolean): SimulatedFront {
  return {
    name: hasMultiValues ? "load balancer with multi-value headers" : "load balancer",
    limits: {
      maxResponseBytes: (MOST_BYTES * 3) / 4,
      readsTextBodies: true,
      ...(!hasMultiValues && { keepsLastOfRepeated: true }),
    },
    mostEventBytes: Number.POSITIVE_INFINITY,
    async toEvent(request) {
      const { pathname, search } = new URL(request.url);
      const headers = await wireHeaders(request);
      // Names and values stay as the client has escaped them.
      const query = search.slice(1).split("&").filter(Boolean).map(toPair);
      const isText = (each: Request): boolean => isLabelledAsText(each) && !each.headers.has("content-encoding");
      const { body, isBase64Encoded } = await toEventBody(request, isText);
      return {
        requestContext: {
          elb: { targetGroupArn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/t/1" },
        },
        httpMethod: request.method,
        path: pathname,
        ...(hasMultiValues
          ? { multiValueHeaders: toLists(headers), multiValueQueryStringParameters: toLists(query) }
          : { headers: Object.fromEntries(headers), queryStringParameters: Object.fromEntries(query) }),
        body: body ?? "",
        isBase64Encoded,
      };
    },
    toResponse(invoked) {
      const result = readResult(invoked);
      if (invoked.kind === "result" && Buffer.byteLength(invoked.text) > MOST_BYTES) throw new TypeError("over 1 MB");
      const { statusCode, statusDescription, headers, multiValueHeaders, bytes } = result;
      if (statusDescription !== `${statusCode} ${STATUS_CODES[statusCode]}`) throw new TypeError(statusDescription);
      const lists = hasMultiValues ? multiValueHeaders : mapValues(headers);
      const fields = Object.entries(lists).flatMap(([name, values]) =>
        values.map((value): [string, string] => [name, value]),
      );
      return toClientResponse(statusCode, fields, bytes);
    },
  };
}

function toPair(part: string): [string, string] {
  const [name = "", ...value] = part.split("=");
  return [name, value.join("=")];
}

function mapValues(headers: Readonly<Record<string, string>>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}
