import type { HttpHead } from "./http-head.ts";

/** Takes a piece of a body, which is only lent; answers whether more is wanted. */
export type TakePiece = (bytes: Buffer) => boolean;

/** Tells the body of one answer from what surrounds it on the wire. */
export interface BodyReader {
  /** Hands on what belongs to the body. @throws Error where the wire carries something else. */
  read(bytes: Buffer, take: TakePiece): void;
  /** Every byte of the body has been read. */
  readonly ended: boolean;
  /** The body lasts until the connection ends, so that its end cannot be told from a break. */
  readonly untilClose: boolean;
}

/** The reader for an answer's body (RFC 9112, section 6.3). @throws Error for a length or coding that is none. */
export function createBodyReader({ status, headers }: HttpHead, withoutBody = false): BodyReader {
  if (withoutBody || status === 204 || status === 304) return new SizedBody(0);
  const coding = headers["transfer-encoding"];
  if (coding !== undefined) {
    if (coding.toLowerCase() === "chunked") return new ChunkedBody();
    throw new Error(`The answer has the transfer coding ${JSON.stringify(coding)}, which was not asked for.`);
  }
  const length = headers["content-length"];
  if (length === undefined) return new SizedBody(Number.POSITIVE_INFINITY);
  if (!/^\d{1,15}$/.test(length)) throw new Error("The answer's length is no number.");
  return new SizedBody(Number(length));
}

class SizedBody implements BodyReader {
  #missing: number;
  readonly untilClose: boolean;

  constructor(sizeBytes: number) {
    this.#missing = sizeBytes;
    this.untilClose = sizeBytes === Number.POSITIVE_INFINITY;
  }

  get ended(): boolean {
    return this.#missing === 0;
  }

  read(bytes: Buffer, take: TakePiece): void {
    if (bytes.length > this.#missing) throw new Error("The answer is longer than it said.");
    this.#missing -= bytes.length;
    if (bytes.length > 0) take(bytes);
  }
}

const LONGEST_LINE = 1024;

/** Size line, bytes, empty line, and so on; a last chunk of size 0 and trailers, which are passed over. */
class ChunkedBody implements BodyReader {
  #state: "size" | "bytes" | "bytesEnd" | "trailer" | "ended" = "size";
  #line = "";
  #missing = 0;
  readonly untilClose = false;

  get ended(): boolean {
    return this.#state === "ended";
  }

  read(bytes: Buffer, take: TakePiece): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === "ended") throw new Error("The answer is longer than it said.");
      at = this.#state === "bytes" ? this.#readBytes(bytes, at, take) : this.#readLine(bytes, at);
    }
  }

  #readBytes(bytes: Buffer, at: number, take: TakePiece): number {
    const end = Math.min(bytes.length, at + this.#missing);
    this.#missing -= end - at;
    if (this.#missing === 0) this.#state = "bytesEnd";
    return take(bytes.subarray(at, end)) ? end : bytes.length;
  }

  #readLine(bytes: Buffer, at: number): number {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    this.#line += bytes.toString("latin1", at, end);
    if (this.#line.length > LONGEST_LINE) throw new Error("The answer's chunk has an endless line.");
    if (newline >= 0) this.#endLine(this.#line.trimEnd());
    return end;
  }

  #endLine(line: string): void {
    this.#line = "";
    if (this.#state === "bytesEnd") {
      if (line !== "") throw new Error("The answer's chunk is longer than it said.");
      this.#state = "size";
    } else if (this.#state === "trailer") {
      if (line === "") this.#state = "ended";
    } else {
      const size = /^([0-9a-f]{1,12})[ \t]*(?:;|$)/i.exec(line)?.[1];
      if (size === undefined) throw new Error("The answer's chunk has no size.");
      this.#missing = Number.parseInt(size, 16);
      this.#state = this.#missing === 0 ? "trailer" : "bytes";
    }
  }
}
