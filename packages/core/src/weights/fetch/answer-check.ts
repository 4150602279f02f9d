import type { InferenceError } from "../../errors.ts";
import type { ByteRange } from "../store/model-store.ts";
import { FailedTry, type Setback } from "./failed-try.ts";
import type { HttpHead } from "./http-head.ts";

/** A wrong secret stays wrong; credentials that have just expired are renewed by the next try. */
const MOST_TRIES_DENIED = 3;
const MOST_TRIES_WRONG = 3;
const MOST_WAIT_MS = 60_000;

/**
 * Makes sure that an answer of status 200 or 206 carries the range that was asked for, of an object of the right size.
 *
 * @returns the position in the object at which its bytes begin.
 * @throws FailedTry that says what is wrong with it.
 */
export function checkAnswer(head: HttpHead, range: ByteRange, sizeBytes: number, wholeAccepted: boolean): number {
  const coding = head.headers["content-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "identity") {
    throw wrongAnswer(`The server sent the bytes in the coding ${JSON.stringify(coding)}, which was not asked for.`);
  }
  if (head.status === 206) return checkRange(head.headers["content-range"], range, sizeBytes);
  if (!wholeAccepted) {
    const message = "The server sent the whole object although a range was asked for.";
    throw new FailedTry({ message, code: "WEIGHTS_UNREACHABLE", restart: "noRanges" });
  }
  const length = head.headers["content-length"];
  if (length !== undefined && Number(length) !== sizeBytes) throw wrongSize(Number(length), sizeBytes);
  return 0;
}

function checkRange(text: string | undefined, range: ByteRange, sizeBytes: number): number {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(text ?? "");
  if (match === null) throw wrongAnswer("The server sent a range without saying which.");
  const [first, last, total] = [Number(match[1]), Number(match[2]), match[3]];
  if (total !== "*" && Number(total) !== sizeBytes) throw wrongSize(Number(total), sizeBytes);
  if (first !== range.first || last > range.last || last < first) {
    throw wrongAnswer(`The server sent bytes ${first}-${last} where ${range.first}-${range.last} were asked for.`);
  }
  return first;
}

function wrongAnswer(message: string): FailedTry {
  return new FailedTry({ message, code: "WEIGHTS_UNREACHABLE" });
}

function wrongSize(found: number, expected: number): FailedTry {
  const message = `The object has ${found} bytes, not the ${expected} that it was published with.`;
  return new FailedTry({ message, code: "WEIGHTS_CORRUPT", mostTries: MOST_TRIES_WRONG });
}

/** What an answer that carries no bytes of the object means, in the store's own words where it has some. */
export function refusal({ status, headers }: HttpHead, explained: InferenceError | undefined): FailedTry {
  const waitMs = retryAfterMs(headers["retry-after"]);
  return new FailedTry({
    ...toSetback(status),
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(explained === undefined ? {} : { explained }),
  });
}

function toSetback(status: number): Setback {
  const answered = `The server answered ${status}`;
  switch (status) {
    case 401:
    case 403:
      return {
        message: `${answered}: the credentials in use may not read it, or have expired.`,
        code: "WEIGHTS_DENIED",
        mostTries: MOST_TRIES_DENIED,
      };
    case 404:
    case 410:
      return { message: `${answered}: there is no such object.`, code: "WEIGHTS_MISSING", mostTries: 1 };
    case 412:
      return { message: `${answered}: the object was replaced.`, code: "WEIGHTS_CORRUPT", restart: "changed" };
    case 416:
      return {
        message: `${answered}: the object is shorter than it was published.`,
        code: "WEIGHTS_CORRUPT",
        mostTries: MOST_TRIES_WRONG,
      };
    case 429:
    case 503:
      return { message: `${answered}: it has too many requests.`, code: "WEIGHTS_UNREACHABLE", overload: true };
    default:
      // Anything else below 500 says that the request is wrong, which it will be again.
      return { message: `${answered}.`, code: "WEIGHTS_UNREACHABLE", ...(status < 500 ? { mostTries: 2 } : {}) };
  }
}

/** Seconds or a date (RFC 9110, section 10.2.3), bounded. */
function retryAfterMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MOST_WAIT_MS);
}
