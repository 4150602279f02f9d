import type { BufferedAnswer } from "../buffered-answer.ts";
import { isRecord, multiPairsAt, pairsAt, recordAt, textAt } from "./event-record.ts";
import type { Front } from "./front.ts";
import { readBody } from "./http-event.ts";

const MOST_BYTES = 1024 * 1024;

/**
 * Application Load Balancers, whether or not their target group has multi-value headers.
 *
 * Source: Elastic Load Balancing, "Use Lambda functions as targets of an Application Load Balancer".
 */
export const loadBalancerEvent: Front = {
  name: "a load balancer",
  maxResultBytes: MOST_BYTES,
  recognizes: (event) => isRecord(recordAt(event, "requestContext")["elb"]),
  read(event) {
    const headers = multiPairsAt(event, "multiValueHeaders") ?? pairsAt(event, "headers");
    const query = multiPairsAt(event, "multiValueQueryStringParameters") ?? pairsAt(event, "queryStringParameters");
    return {
      method: textAt(event, "httpMethod") ?? "GET",
      path: textAt(event, "path") ?? "/",
      // A load balancer leaves names and values as the client has escaped them.
      query: query.map((pair) => pair.join("=")).join("&"),
      headers,
      body: readBody(event, headers),
    };
  },
  toResult(answer, event) {
    const { status, body, isBase64Encoded } = answer;
    const statusDescription = `${status} ${reasonPhrase(status)}`.trim();
    const headers = isRecord(event["multiValueHeaders"]) ? multiValueHeaders(answer) : singleHeaders(answer);
    return { statusCode: status, statusDescription, ...headers, body, isBase64Encoded };
  },
};

function multiValueHeaders({ headers, cookies }: BufferedAnswer): object {
  const lists = Object.entries(headers).map(([name, value]): [string, readonly string[]] => [name, [value]]);
  if (cookies.length > 0) lists.push(["set-cookie", cookies]);
  return { multiValueHeaders: Object.fromEntries(lists) };
}

/** An `import` of node:http would bring its WebSocket client into every cold start, for 30 ms. */
function reasonPhrase(status: number): string {
  return process.getBuiltinModule("node:http").STATUS_CODES[status] ?? "";
}

/** Cookies cannot be joined, so each gets a spelling of the header's name of its own. */
function singleHeaders({ headers, cookies }: BufferedAnswer): object {
  const named = cookies.map((cookie, index) => [spelling("set-cookie", index), cookie]);
  return { headers: { ...headers, ...Object.fromEntries(named) } };
}

/** The bits of a number, as capital letters. */
function spelling(name: string, number: number): string {
  let rest = number;
  return name.replaceAll(/[a-z]/g, (letter) => {
    const isCapital = rest % 2 === 1;
    rest = Math.floor(rest / 2);
    return isCapital ? letter.toUpperCase() : letter;
  });
}
