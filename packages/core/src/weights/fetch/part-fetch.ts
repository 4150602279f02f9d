import { InferenceError } from "../../errors.ts";
import type { ByteRange, ObjectLocation } from "../store/model-store.ts";
import { checkAnswer, refusal } from "./answer-check.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import { FailedTry, toFailedTry } from "./failed-try.ts";
import type { AnswerTaker, HttpConnection } from "./http-connection.ts";
import type { HttpHead } from "./http-head.ts";
import { type HttpRequest, redirect, toRequestText } from "./http-request.ts";
import type { Part } from "./part-queue.ts";

export type HttpLocation = Extract<ObjectLocation, { kind: "http" }>;

/** What the tries of one file have in common. */
export interface PartTarget {
  readonly location: HttpLocation;
  readonly sizeBytes: number;
  readonly pool: ConnectionPool;
  /** The server knows no ranges: the one part is the file, and bytes that are there already are passed over. */
  readonly whole: boolean;
  /** Headers that keep this request to the state of the object that the others have. */
  pinned(): Readonly<Record<string, string>>;
  /** Learns the state of the object from an answer. @throws FailedTry if it is another one than before. */
  pin(head: HttpHead): void;
  /** Host and path of the object, for messages. */
  where: string;
  /** Writes, verifies and moves the part forward. @throws FailedTry or InferenceError. */
  take(part: Part, bytes: Buffer): void;
}

const MOST_REDIRECTS = 5;
const MOST_EXPLANATION_BYTES = 16 * 1024;

/** One try to fetch a part: a request, or several where the server sends it elsewhere. */
export class PartFetch {
  readonly part: Part;
  /** Since the last byte came, or since the beginning. */
  idleMs = 0;
  /** From the request to the first byte of the answer. */
  latencyMs: number | undefined;
  /** A moving average. */
  bytesPerMs = 0;
  #newBytes = 0;
  #allBytes = 0;
  readonly #target: PartTarget;
  readonly #startedAtMs: number = performance.now();
  #connection: HttpConnection | undefined;
  #cancelled: Error | undefined;
  #cancel: (reason: Error) => void = () => undefined;

  constructor(part: Part, target: PartTarget) {
    this.part = part;
    this.#target = target;
  }

  get missingBytes(): number {
    return this.part.end - this.part.next;
  }

  get ageMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  /** Over all of the answer so far. */
  get meanBytesPerMs(): number {
    return this.latencyMs === undefined ? 0 : this.#allBytes / Math.max(1, this.ageMs - this.latencyMs);
  }

  /** Fetches the part until its end, wherever that is by then. @throws FailedTry or InferenceError. */
  async run(): Promise<void> {
    const cancelled = new Promise<never>((_, fail) => {
      this.#cancel = fail;
    });
    try {
      await Promise.race([cancelled, this.#fetch()]);
    } catch (error) {
      throw InferenceError.is(error) ? error : toFailedTry(error);
    }
  }

  /** Ends the try: no byte is written any more. */
  cancel(reason: Error): void {
    this.#cancelled ??= reason;
    this.#cancel(reason);
    this.#connection?.close(reason);
  }

  /** Brings times and rates up to date. @returns the bytes that came since the last call. */
  measure(elapsedMs: number, idleMs: number): number {
    const bytes = this.#newBytes;
    this.#newBytes = 0;
    this.idleMs = bytes > 0 ? 0 : this.idleMs + idleMs;
    if (this.latencyMs === undefined) return bytes;
    const bytesPerMs = bytes / elapsedMs;
    this.bytesPerMs = this.bytesPerMs === 0 ? bytesPerMs : this.bytesPerMs * 0.7 + bytesPerMs * 0.3;
    return bytes;
  }

  async #fetch(): Promise<void> {
    const { location, pool } = this.#target;
    const range = { first: this.part.next, last: this.part.end - 1 };
    const signed = await location.request(range);
    this.#target.where = `${signed.url.host}${signed.url.pathname}`;
    let request: HttpRequest = { url: signed.url, headers: { ...signed.headers, ...this.#target.pinned() } };
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      if (this.#cancelled !== undefined) throw this.#cancelled;
      const connection = pool.acquire(request.url);
      this.#connection = connection;
      const answer = new PartAnswer(this, range, this.#target, (bytes) => this.#take(bytes));
      try {
        await connection.exchange(toRequestText(request, range), answer);
      } finally {
        this.#connection = undefined;
        pool.release(connection);
      }
      if (answer.location === undefined) return answer.checkComplete();
      request = redirect(request, answer.location);
    }
    throw new FailedTry({ message: "The server redirects in a circle.", code: "WEIGHTS_UNREACHABLE", mostTries: 1 });
  }

  #take(bytes: Buffer): void {
    if (this.#cancelled !== undefined) throw this.#cancelled;
    this.#target.take(this.part, bytes);
  }

  /** The answer has begun. */
  begin(): void {
    this.latencyMs ??= performance.now() - this.#startedAtMs;
  }

  /** So much of the answer has come, wanted or not. */
  count(bytes: number): void {
    this.#newBytes += bytes;
    this.#allBytes += bytes;
  }
}

/** What one request brings: bytes of the part, a redirect, or an explanation of why not. */
class PartAnswer implements AnswerTaker {
  /** Where the server sends the request. */
  location: string | undefined;
  readonly #fetch: PartFetch;
  readonly #range: ByteRange;
  readonly #target: PartTarget;
  readonly #take: (bytes: Buffer) => void;
  #refused: HttpHead | undefined;
  #explanation: Buffer[] = [];
  #skipBytes = 0;

  constructor(fetch: PartFetch, range: ByteRange, target: PartTarget, take: (bytes: Buffer) => void) {
    this.#fetch = fetch;
    this.#range = range;
    this.#target = target;
    this.#take = take;
  }

  head(head: HttpHead): void {
    this.#fetch.begin();
    this.location = head.status >= 300 && head.status < 400 ? head.headers["location"] : undefined;
    if (this.location !== undefined) return;
    if (head.status !== 200 && head.status !== 206) {
      this.#refused = head;
      return;
    }
    const first = checkAnswer(head, this.#range, this.#target.sizeBytes, this.#target.whole);
    this.#target.pin(head);
    this.#skipBytes = this.#range.first - first;
  }

  piece(bytes: Buffer): boolean {
    this.#fetch.count(bytes.length);
    if (this.location !== undefined) return true;
    if (this.#refused !== undefined) return this.#explain(bytes);
    const skipped = Math.min(this.#skipBytes, bytes.length);
    this.#skipBytes -= skipped;
    const { part } = this.#fetch;
    const wanted = bytes.subarray(skipped, Math.min(bytes.length, skipped + part.end - part.next));
    if (wanted.length > 0) this.#take(wanted);
    if (part.next < part.end) return true;
    // What is left of an answer whose tail another connection took over, or of one that is too long, is not waited for.
    return part.end > this.#range.last && skipped + wanted.length === bytes.length;
  }

  /** @throws FailedTry or InferenceError unless the whole part has come. */
  checkComplete(): void {
    const { part } = this.#fetch;
    if (this.#refused !== undefined) {
      const body = Buffer.concat(this.#explanation).toString();
      throw refusal(this.#refused, this.#target.location.explain?.(this.#refused.status, body));
    }
    if (part.next >= part.end) return;
    const message = `The answer ended ${part.end - part.next} bytes too early.`;
    throw new FailedTry({ message, code: "WEIGHTS_UNREACHABLE" });
  }

  #explain(bytes: Buffer): boolean {
    this.#explanation.push(Buffer.from(bytes));
    return this.#explanation.reduce((sum, { length }) => sum + length, 0) < MOST_EXPLANATION_BYTES;
  }
}
