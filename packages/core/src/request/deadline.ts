import { InferenceError } from "../errors.ts";
import type { Invocation } from "./inference-app.ts";
import type { Limits } from "./limits.ts";

/**
 * Runs `work` until it ends, its time is over or the caller has gone, whichever comes first.
 *
 * @throws InferenceError `DEADLINE_EXCEEDED` or `CANCELLED`; `work` gets a signal and ends by itself.
 */
export async function withinDeadline<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  invocation: Invocation,
  limits: Limits,
): Promise<Result> {
  const limitMs = Math.min(
    limits.timeoutMs,
    (invocation.remainingMs ?? Number.POSITIVE_INFINITY) - limits.deadlineMarginMs,
  );
  const controller = new AbortController();
  let stop: (reason: InferenceError) => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = (reason) => {
      reject(reason);
      controller.abort(reason);
    };
  });
  const cancel = (): void => stop(new InferenceError("CANCELLED", "The caller went away before the answer was ready."));
  const expire = (): void =>
    stop(new InferenceError("DEADLINE_EXCEEDED", `No answer within ${Math.max(0, limitMs)} ms.`));
  const timer = setTimeout(expire, Math.max(0, limitMs));
  invocation.signal?.addEventListener("abort", cancel, { once: true });
  try {
    if (invocation.signal?.aborted === true) cancel();
    return await Promise.race([work(controller.signal), stopped]);
  } finally {
    clearTimeout(timer);
    invocation.signal?.removeEventListener("abort", cancel);
  }
}
