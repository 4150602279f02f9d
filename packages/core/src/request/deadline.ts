import { InferenceError } from "../errors.ts";
import { Expiries } from "./expiries.ts";
import type { Invocation } from "./inference-app.ts";
import type { Limits } from "./limits.ts";

/** How long one piece of work may take. */
export interface Deadline {
  /** Aborted when its time is over or the caller has gone. */
  readonly signal: AbortSignal;
  /** As `performance.now()` counts. */
  readonly atMs: number;
}

const expiries = new Expiries();

/**
 * Runs `work` until it ends, its time is over or the caller has gone, whichever comes first.
 *
 * @throws InferenceError `DEADLINE_EXCEEDED` or `CANCELLED`; `work` is told and ends by itself.
 */
export function withinDeadline<Result>(
  work: (deadline: Deadline) => Promise<Result>,
  invocation: Invocation,
  limits: Limits,
): Promise<Result> {
  const nowMs = performance.now();
  const { receivedAtMs = nowMs, remainingMs = Number.POSITIVE_INFINITY } = invocation;
  const platformAtMs = nowMs + remainingMs - limits.deadlineMarginMs;
  const atMs = Math.max(nowMs, Math.min(receivedAtMs + limits.timeoutMs, platformAtMs));
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    let hasEnded = false;
    const end = (): void => {
      hasEnded = true;
      expiries.remove(expiry);
      invocation.signal?.removeEventListener("abort", cancel);
    };
    const stop = (reason: InferenceError): void => {
      end();
      reject(reason);
      controller.abort(reason);
    };
    const cancel = (): void =>
      stop(new InferenceError("CANCELLED", "The caller went away before the answer was ready."));
    const expire = (): void => {
      const limitMs = Math.round(atMs - receivedAtMs);
      stop(new InferenceError("DEADLINE_EXCEEDED", `No answer within ${limitMs} ms.`));
    };
    const expiry = { atMs, expire };
    expiries.add(expiry);
    invocation.signal?.addEventListener("abort", cancel, { once: true });
    invocation.whenGone?.(() => {
      if (!hasEnded) cancel();
    });
    if (invocation.signal?.aborted === true) cancel();
    work({ signal: controller.signal, atMs }).then(
      (result) => {
        end();
        resolve(result);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}
