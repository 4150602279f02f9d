import { Buffer, isAscii } from "node:buffer";

/** The bytes of a document, in the ways in which they are read. */
export class JsonBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly isAscii: boolean;
  readonly #buffer: Buffer;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    // Always the plain class: code that reads sometimes a `Buffer`, sometimes not, is compiled for both and slower.
    this.bytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.view = new DataView(buffer, byteOffset, byteLength);
    this.#buffer = Buffer.from(buffer, byteOffset, byteLength);
    this.isAscii = isAscii(bytes);
  }

  /** Position of the byte from `start` on; the length where it does not occur. */
  find(byte: number, start: number): number {
    const position = this.#buffer.indexOf(byte, start);
    return position < 0 ? this.bytes.length : position;
  }

  text(start: number, end: number): string {
    return this.#buffer.toString(this.isAscii ? "latin1" : "utf8", start, end);
  }
}
