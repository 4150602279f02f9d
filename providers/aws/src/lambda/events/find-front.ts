import { type EventRecord, isRecord } from "./event-record.ts";
import type { Front } from "./front.ts";
import { loadBalancerEvent } from "./load-balancer-event.ts";
import { payloadTwo } from "./payload-two.ts";
import { restEvent } from "./rest-event.ts";

/** A load balancer's events look like a REST API's with something more. */
const FRONTS: readonly Front[] = [payloadTwo, loadBalancerEvent, restEvent];

/** An event that came over HTTP. */
export interface FrontedEvent {
  readonly front: Front;
  readonly event: EventRecord;
}

/** Which front wrote an event; none for one that somebody invoked the function with. */
export function findFront(event: unknown): FrontedEvent | undefined {
  if (!isRecord(event)) return undefined;
  const front = FRONTS.find(({ recognizes }) => recognizes(event));
  return front && { front, event };
}
