import { Buffer } from "node:buffer";

const FIRST_BYTES = 1024;
const MOST_BYTES_PER_CODE_UNIT = 3;
/** Longer texts are not worth joining. */
const MOST_PENDING = 1024;

/** A growing buffer of UTF-8. */
export class JsonWriter {
  #buffer: Buffer<ArrayBuffer> = Buffer.allocUnsafe(FIRST_BYTES);
  #position = 0;
  /** Behind what is in the buffer: short texts are joined faster than they are written one by one. */
  #pending = "";

  text(text: string): void {
    this.#pending += text;
    if (this.#pending.length > MOST_PENDING) this.#write();
  }

  /** Makes room and gives the bytes to be written to, from `position` on; `advance` tells what was written. */
  reserve(sizeBytes: number): Uint8Array {
    this.#write();
    this.#makeRoom(sizeBytes);
    return this.#buffer;
  }

  /** Where the bytes that `reserve` gave are to be written to. */
  get position(): number {
    return this.#position;
  }

  advance(position: number): void {
    this.#position = position;
  }

  finish(): Uint8Array<ArrayBuffer> {
    this.#write();
    return new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset, this.#position);
  }

  #write(): void {
    if (this.#pending === "") return;
    this.#makeRoom(this.#pending.length * MOST_BYTES_PER_CODE_UNIT);
    this.#position += this.#buffer.write(this.#pending, this.#position, "utf8");
    this.#pending = "";
  }

  #makeRoom(sizeBytes: number): void {
    const needed = this.#position + sizeBytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#position));
    this.#buffer = larger;
  }
}
