import { Buffer, isAscii } from "node:buffer";

/** Beyond this distance the platform's search is faster than a loop. */
const NEAR_BYTES = 64;
/** A document so small is turned into text at once, a larger one when it has so many strings. */
const SMALL_BYTES = 16_384;
const MANY_TEXTS = 64;

/** The bytes of a document, in the ways in which they are read. */
export class JsonBytes {
  readonly bytes: Uint8Array;
  readonly isAscii: boolean;
  readonly #buffer: Buffer;
  #view: DataView | undefined;
  /** All of the document, where it is ASCII and worth it. */
  #text: string | undefined;
  #texts = 0;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    // Always the plain class: code that reads sometimes a `Buffer`, sometimes not, is compiled for both and slower.
    this.bytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.#buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(buffer, byteOffset, byteLength);
    this.isAscii = isAscii(bytes);
  }

  get view(): DataView {
    const { buffer, byteOffset, byteLength } = this.bytes;
    this.#view ??= new DataView(buffer, byteOffset, byteLength);
    return this.#view;
  }

  /** Position of the byte from `start` on; the length where it does not occur. */
  find(byte: number, start: number): number {
    const near = Math.min(start + NEAR_BYTES, this.bytes.length);
    for (let position = start; position < near; position += 1) if (this.bytes[position] === byte) return position;
    const position = this.#buffer.indexOf(byte, near);
    return position < 0 ? this.bytes.length : position;
  }

  text(start: number, end: number): string {
    if (!this.isAscii) return this.#buffer.toString("utf8", start, end);
    this.#texts += 1;
    if (this.#text === undefined) {
      if (this.bytes.length > SMALL_BYTES && this.#texts < MANY_TEXTS) {
        return this.#buffer.toString("latin1", start, end);
      }
      this.#text = this.#buffer.toString("latin1");
    }
    return this.#text.slice(start, end);
  }
}
