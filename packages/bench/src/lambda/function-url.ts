/** What a function URL sends, as far as both handlers read it. */
export interface FunctionUrlEvent {
  readonly version: "2.0";
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: object;
  readonly body: string;
  readonly isBase64Encoded: false;
}

export interface FunctionUrlResult {
  readonly statusCode: number;
  readonly body: string;
}

const HOST = "benchmark.lambda-url.us-east-1.on.aws";

/** The event of `POST /predict` with one row for the input `x`. */
export function toPredictEvent(row: Iterable<number>): FunctionUrlEvent {
  return {
    version: "2.0",
    rawPath: "/predict",
    rawQueryString: "",
    headers: { host: HOST, "content-type": "application/json", "x-forwarded-proto": "https" },
    requestContext: { domainName: HOST, stage: "$default", http: { method: "POST", path: "/predict" } },
    body: JSON.stringify({ x: [Array.from(row)] }),
    isBase64Encoded: false,
  };
}
