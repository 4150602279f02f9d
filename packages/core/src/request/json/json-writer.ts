import { Buffer } from "node:buffer";

const FIRST_BYTES = 1024;
const MOST_BYTES_PER_CODE_UNIT = 3;

/** A growing buffer of UTF-8. */
export class JsonWriter {
  #buffer: Buffer<ArrayBuffer> = Buffer.alloc(FIRST_BYTES);
  #position = 0;

  text(text: string): void {
    this.reserve(text.length * MOST_BYTES_PER_CODE_UNIT);
    this.#position += this.#buffer.write(text, this.#position, "utf8");
  }

  byte(byte: number): void {
    this.reserve(1);
    this.#buffer[this.#position] = byte;
    this.#position += 1;
  }

  /** Makes room and gives the bytes to be written to, from `position` on; `advance` tells what was written. */
  reserve(sizeBytes: number): Uint8Array {
    const needed = this.#position + sizeBytes;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#position));
      this.#buffer = larger;
    }
    return this.#buffer;
  }

  get position(): number {
    return this.#position;
  }

  advance(position: number): void {
    this.#position = position;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset, this.#position);
  }
}
