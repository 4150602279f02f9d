import { InferenceError } from "../../errors.ts";
import type { ByteSource, Extent } from "./byte-source.ts";

/** One field of a message. Source: protobuf.dev, "Encoding". */
export interface Field {
  readonly number: number;
  /** A varint or a fixed number as a whole number; 0 for a field with content. */
  readonly integer: bigint;
  /** What lies in a length-delimited field; empty for numbers. */
  readonly content: Extent;
  /** The field with its key. */
  readonly whole: Extent;
  readonly isContent: boolean;
}

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;
const LONGEST_VARINT_BYTES = 10;
const WINDOW_BYTES = 8 * 1024;
/** A name or a text of a model; weights are never read through this. */
const LONGEST_CONTENT_BYTES = 64 * 1024 * 1024;

/**
 * Reads protobuf messages out of a source through a small window, so that memory does not grow with weights.
 *
 * Every method throws InferenceError `WEIGHTS_CORRUPT` where the bytes are no such message.
 */
export class MessageReader {
  readonly #source: ByteSource;
  readonly #window: Uint8Array = new Uint8Array(WINDOW_BYTES);
  #windowStart = 0;
  #windowEnd = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** All there is, as the extent of one message. */
  get everything(): Extent {
    return { start: 0, end: this.#source.sizeBytes };
  }

  /** The fields of the message that lies there, in their order. */
  *fields(message: Extent): Generator<Field> {
    let position = message.start;
    while (position < message.end) {
      const field = this.#field(position, message.end);
      yield field;
      position = field.whole.end;
    }
  }

  /** The content of a field, copied. */
  bytes({ start, end }: Extent): Uint8Array {
    if (end - start > LONGEST_CONTENT_BYTES) throw corrupt(`has ${end - start} bytes where a short text belongs`);
    const bytes = new Uint8Array(end - start);
    let read = 0;
    while (read < bytes.length) {
      const count = this.#source.readInto(bytes.subarray(read), start + read);
      if (count === 0) throw cutShort();
      read += count;
    }
    return bytes;
  }

  text(content: Extent): string {
    return new TextDecoder().decode(this.bytes(content));
  }

  /** A repeated integer field: packed, or one of its single elements. */
  integers(field: Field): bigint[] {
    if (!field.isContent) return [field.integer];
    const integers: bigint[] = [];
    let position = field.content.start;
    while (position < field.content.end) {
      const { value, end } = this.#varint(position, field.content.end);
      integers.push(value);
      position = end;
    }
    return integers;
  }

  #field(start: number, limit: number): Field {
    const key = this.#varint(start, limit);
    const number = Number(key.value >> 3n);
    if (number < 1 || number > 536_870_911) throw corrupt(`has a field of the number ${number}`);
    const position = key.end;
    switch (Number(key.value & 7n)) {
      case VARINT: {
        const { value, end } = this.#varint(position, limit);
        return numberField(number, value, { start, end });
      }
      case FIXED_64:
        return numberField(number, this.#fixed(position, 8, limit), { start, end: position + 8 });
      case FIXED_32:
        return numberField(number, this.#fixed(position, 4, limit), { start, end: position + 4 });
      case LENGTH_DELIMITED: {
        const length = this.#varint(position, limit);
        const end = length.end + Number(length.value);
        if (length.value < 0n || end > limit) throw cutShort();
        return { number, integer: 0n, content: { start: length.end, end }, whole: { start, end }, isContent: true };
      }
      default:
        throw corrupt("has a field of an unknown kind");
    }
  }

  /** As a signed 64-bit number, as int64 and enum fields are written. */
  #varint(start: number, limit: number): { readonly value: bigint; readonly end: number } {
    let small = 0;
    for (let count = 0; count < 4; count++) {
      const byte = this.#byte(start + count, limit);
      small |= (byte & 0x7f) << (7 * count);
      if (byte < 0x80) return { value: BigInt(small), end: start + count + 1 };
    }
    let value = BigInt(small);
    for (let count = 4; count < LONGEST_VARINT_BYTES; count++) {
      const byte = this.#byte(start + count, limit);
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return { value: BigInt.asIntN(64, value), end: start + count + 1 };
    }
    throw corrupt("has a number that does not end");
  }

  #fixed(start: number, sizeBytes: number, limit: number): bigint {
    let value = 0n;
    for (let index = 0; index < sizeBytes; index++) {
      value |= BigInt(this.#byte(start + index, limit)) << BigInt(8 * index);
    }
    return value;
  }

  #byte(position: number, limit: number): number {
    if (position >= limit) throw cutShort();
    if (position < this.#windowStart || position >= this.#windowEnd) {
      this.#windowStart = position;
      this.#windowEnd = position + this.#source.readInto(this.#window, position);
    }
    const byte = this.#window[position - this.#windowStart];
    if (byte === undefined || position >= this.#windowEnd) throw cutShort();
    return byte;
  }
}

/** The model file is not what it should be; `problem` goes on from "The model file". */
export function corrupt(problem: string): InferenceError {
  return new InferenceError("WEIGHTS_CORRUPT", `The model file is no ONNX model: it ${problem}.`);
}

function cutShort(): InferenceError {
  return corrupt("ends in the middle of a field; fetch or export it again");
}

function numberField(number: number, integer: bigint, whole: Extent): Field {
  return { number, integer, content: { start: whole.end, end: whole.end }, whole, isContent: false };
}
