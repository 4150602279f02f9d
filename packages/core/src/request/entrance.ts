import { overloaded } from "../errors.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import type { Limits } from "./limits.ts";

/** A prediction's place in the service. */
export interface Place {
  /** Says how long the body has turned out to be. @throws InferenceError `OVERLOADED` when there is no room for it. */
  hold(bodyBytes: number): void;
  /** To be called once, when the work has ended. */
  leave(): void;
}

/**
 * Counts the predictions under way and the bytes of their bodies, so that no crowd of callers takes all memory.
 *
 * @returns lets one in, by the length that it announces; throws InferenceError `OVERLOADED`.
 */
export function createEntrance(limits: Limits): (request: IncomingRequest) => Place {
  let requests = 0;
  let heldBytes = 0;

  /** One alone always has room: no body is larger than may be sent. */
  function expectRoom(moreBytes: number, others: number): void {
    const isFull = others >= limits.maxConcurrentRequests;
    if (!isFull && (others === 0 || heldBytes + moreBytes <= limits.maxBufferedBytes)) return;
    throw overloaded(`The service already works on ${requests} requests; try again in a second.`);
  }

  return ({ headers }) => {
    let ownBytes = announcedBytes(headers.get("content-length"), limits.maxRequestBytes);
    expectRoom(ownBytes, requests);
    requests += 1;
    heldBytes += ownBytes;
    return {
      hold(bodyBytes) {
        const moreBytes = Math.max(0, bodyBytes - ownBytes);
        expectRoom(moreBytes, requests - 1);
        heldBytes += moreBytes;
        ownBytes += moreBytes;
      },
      leave() {
        requests -= 1;
        heldBytes -= ownBytes;
      },
    };
  };
}

/** What is larger than any body may be is refused when it is read. */
function announcedBytes(contentLength: string | null, mostBytes: number): number {
  const announced = Number(contentLength ?? 0);
  return Number.isNaN(announced) ? 0 : Math.min(Math.max(announced, 0), mostBytes);
}
