import type { LambdaContext } from "@virga/aws/lambda";

/** An invocation with time enough. */
export const CONTEXT: LambdaContext = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 30_000 };
