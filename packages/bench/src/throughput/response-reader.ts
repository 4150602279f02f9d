/** One whole answer. */
export interface RawResponse {
  readonly status: number;
  /** As they stood on the wire, names in whatever case. */
  readonly head: string;
  /** Empty unless it was to be kept. */
  readonly body: Buffer;
}

const END_OF_HEAD = "\r\n\r\n";
const STATUS = /^HTTP\/1\.[01] (\d{3}) /;
const LENGTH = /\r\ncontent-length: *(\d+)(?:\r\n|$)/i;
const MOST_HEAD_BYTES = 65_536;

/**
 * Reads one answer after another from the pieces of a connection: of HTTP/1.1 only what a service under load sends, answers
 * with a content-length, so that reading costs the load generator next to nothing.
 */
export class ResponseReader {
  #head = "";
  #status = 0;
  #missingBytes = 0;
  #inBody = false;
  #kept: Buffer[] = [];
  readonly #keepBodies: () => boolean;

  constructor(keepBodies: () => boolean) {
    this.#keepBodies = keepBodies;
  }

  /**
   * Takes what has come; the bytes may be overwritten afterwards.
   *
   * @returns the answer that ended with this piece. One request at a time is under way, so that nothing follows it.
   * @throws Error for what is no such answer.
   */
  take(piece: Buffer): RawResponse | undefined {
    const body = this.#inBody ? piece : this.#takeHead(piece);
    if (body === undefined) return undefined;
    if (body.byteLength > this.#missingBytes) throw new Error("more bytes came than the answer's content-length says");
    this.#missingBytes -= body.byteLength;
    if (this.#keepBodies() && body.byteLength > 0) this.#kept.push(Buffer.from(body));
    return this.#missingBytes === 0 ? this.#finish() : undefined;
  }

  /** The first bytes of the body, once the head is whole. */
  #takeHead(piece: Buffer): Buffer | undefined {
    const before = this.#head.length;
    this.#head += piece.toString("latin1");
    const end = this.#head.indexOf(END_OF_HEAD, Math.max(0, before - END_OF_HEAD.length));
    if (end < 0) {
      if (this.#head.length > MOST_HEAD_BYTES) throw new Error("the head of the answer does not end");
      return undefined;
    }
    this.#head = this.#head.slice(0, end);
    const status = STATUS.exec(this.#head)?.[1];
    if (status === undefined) throw new Error(`this is no answer of HTTP/1.1: ${this.#head.slice(0, 100)}`);
    const length = LENGTH.exec(this.#head)?.[1];
    if (length === undefined) throw new Error(`the answer has no content-length: ${this.#head}`);
    this.#status = Number(status);
    this.#missingBytes = Number(length);
    this.#inBody = true;
    return piece.subarray(end + END_OF_HEAD.length - before);
  }

  #finish(): RawResponse {
    const response = { status: this.#status, head: this.#head, body: Buffer.concat(this.#kept) };
    this.#head = "";
    this.#inBody = false;
    this.#kept = [];
    return response;
  }
}
