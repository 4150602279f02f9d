import type { BufferedAnswer } from "../buffered-answer.ts";
import type { EventRecord } from "./event-record.ts";
import type { HttpEvent } from "./http-event.ts";

/** What stands between HTTP and the function: how it writes requests, and how it reads answers. */
export interface Front {
  /** As its users know it. */
  readonly name: string;
  /** Largest result, as JSON. Source: Lambda quotas; Elastic Load Balancing, "Lambda functions as targets". */
  readonly maxResultBytes: number;
  readonly recognizes: (event: EventRecord) => boolean;
  /** @throws InferenceError `INPUT_INVALID`. */
  readonly read: (event: EventRecord) => HttpEvent;
  readonly toResult: (answer: BufferedAnswer, event: EventRecord) => object;
}

/** 6 MB and the envelope that Lambda allows beside it, as its own refusal counts them. */
export const MOST_RESULT_BYTES: number = 6_291_556;
