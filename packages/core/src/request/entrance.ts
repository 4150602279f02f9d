import { InferenceError } from "../errors.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import type { Limits } from "./limits.ts";

/**
 * Counts the predictions under way and the bytes of their bodies, so that no crowd of callers takes all memory.
 *
 * @returns lets one in, and gives what is to be called when its work has ended; throws InferenceError `OVERLOADED`.
 */
export function createEntrance(limits: Limits): (request: IncomingRequest) => () => void {
  let requests = 0;
  let sizeBytes = 0;
  return ({ headers }) => {
    const announced = Number(headers.get("content-length") ?? 0);
    // What is larger than any body may be is refused when it is read.
    const own = Number.isFinite(announced) ? Math.min(Math.max(announced, 0), limits.maxRequestBytes) : 0;
    const isFull = requests >= limits.maxConcurrentRequests;
    if (isFull || (requests > 0 && sizeBytes + own > limits.maxBufferedBytes)) {
      const message = `The service already works on ${requests} requests; try again in a second.`;
      throw new InferenceError("OVERLOADED", message);
    }
    requests += 1;
    sizeBytes += own;
    return () => {
      requests -= 1;
      sizeBytes -= own;
    };
  };
}
