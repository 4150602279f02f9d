/** What Lambda says about one invocation. Source: Lambda developer guide, "context object in Node.js". */
export interface LambdaContext {
  readonly awsRequestId: string;
  /** Until Lambda ends the invocation. */
  getRemainingTimeInMillis(): number;
}

/** A function as Lambda calls it; with a third parameter the runtime would take it for one with a callback. */
export type LambdaHandler = (event: unknown, context: LambdaContext) => Promise<unknown>;
