import { functionUrl } from "./payload-two.ts";
import { type SimulatedFront, toClientResponse } from "./simulated-front.ts";

const HEAD_TYPE = "application/vnd.awslambda.http-integration-response";
const HEAD_END = Buffer.alloc(8);

/** A Lambda function URL with `InvokeMode: RESPONSE_STREAM`. */
export const streamingUrl: SimulatedFront = {
  ...functionUrl,
  name: "streaming function URL",
  limits: { readsTextBodies: true },
  toResponse(invoked) {
    if (invoked.kind !== "stream") throw new TypeError("The function did not stream.");
    if (invoked.contentType !== HEAD_TYPE) throw new TypeError("The stream has no head.");
    const bytes = Buffer.from(invoked.bytes);
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) throw new TypeError("The stream's head has no end.");
    const { statusCode, headers, cookies = [] } = JSON.parse(bytes.toString("utf8", 0, end));
    const fields: [string, string][] = [
      ...Object.entries<string>(headers),
      ...cookies.map((cookie: string): [string, string] => ["set-cookie", cookie]),
    ];
    return toClientResponse(statusCode, fields, bytes.subarray(end + HEAD_END.length));
  },
};
