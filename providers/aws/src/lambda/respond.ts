import { type InferenceApp, type Invocation, type Log, toFailureResponse, toInferenceError } from "@virga/core";
import type { LambdaContext } from "./lambda-context.ts";

/** What every invocation works with. */
export interface LambdaService {
  readonly app: InferenceApp;
  readonly log: Log;
  /** Ids of the invocations under way. */
  readonly underWay: Set<string>;
  /** What has to be done now and then while an instance runs; begun beside a request, and waited for. Never rejects. */
  readonly chores?: () => Promise<void> | undefined;
  /** Tells what has been measured, once the work of an invocation is done. */
  readonly report?: () => void;
}

/** Asks the app within what Lambda still gives this invocation; never rejects. */
export async function respond(
  { app, log }: LambdaService,
  toRequest: () => Request,
  context: LambdaContext,
  caller: Pick<Invocation, "isAuthorized"> = {},
): Promise<Response> {
  const requestId = context.awsRequestId;
  try {
    const remainingMs = context.getRemainingTimeInMillis();
    return await app.fetch(toRequest(), { requestId, remainingMs, ...caller });
  } catch (error) {
    const failure = toInferenceError(error);
    if (failure.code === "INTERNAL") {
      log({ level: "error", event: "request.failed", message: "The app broke its promise.", requestId, error });
    }
    return toFailureResponse(failure, requestId);
  }
}

/** Kept for the answer to leave before Lambda ends the invocation. */
const MARGIN_MS = 500;

/** Does the work of one invocation with the chores beside it, so that nothing runs while the instance is frozen. */
export async function withinInvocation<Result>(
  { chores, report, underWay }: LambdaService,
  context: LambdaContext,
  work: () => Promise<Result>,
): Promise<Result> {
  underWay.add(context.awsRequestId);
  const doingChores = chores?.();
  try {
    return await work();
  } finally {
    if (doingChores !== undefined) {
      await settleWithin(doingChores, context.getRemainingTimeInMillis() - MARGIN_MS);
    }
    underWay.delete(context.awsRequestId);
    report?.();
  }
}

/** Waits for something, but no longer than this. */
export async function settleWithin(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, limitMs));
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}
