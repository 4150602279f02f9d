import { readSync } from "node:fs";

/** One field of a protobuf message in a file; its content is read only when asked for. */
export interface Field {
  readonly number: number;
  /** The value of a number; 0 for a field with content. */
  readonly value: number;
  /** Where the content stands in the file; empty for a number. */
  readonly start: number;
  readonly end: number;
}

/** Reads bytes of an open file through a window, so that skipping over gigabytes of weights reads none of them. */
export interface FileWindow {
  byteAt(position: number): number;
  textAt(start: number, end: number): string;
}

const WINDOW_BYTES = 64 * 1024;
const MAX_TEXT_BYTES = 64 * 1024;

export function createFileWindow(descriptor: number): FileWindow {
  const window = Buffer.alloc(WINDOW_BYTES);
  let start = 0;
  let length = 0;
  return {
    byteAt(position) {
      if (position < start || position >= start + length) {
        start = position;
        length = readSync(descriptor, window, 0, WINDOW_BYTES, position);
      }
      const byte = position < start + length ? window[position - start] : undefined;
      if (byte === undefined) throw new RangeError("The file ends in the middle of a field.");
      return byte;
    },
    textAt(from, to) {
      const bytes = Buffer.alloc(Math.min(to - from, MAX_TEXT_BYTES));
      return bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, bytes.length, from));
    },
  };
}

/** Bytes of the fixed-size wire types. */
const FIXED_SIZES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/**
 * The fields of the message that stands between two positions.
 *
 * @throws RangeError when these bytes are no protobuf message. Source: protobuf.dev, "Encoding".
 */
export function* fieldsOf(window: FileWindow, start: number, end: number): Generator<Field> {
  let position = start;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = window.byteAt(position);
      position += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
      if (scale > 2 ** 63) throw new RangeError("A number is too long.");
    }
  };
  while (position < end) {
    const tag = varint();
    const wireType = tag % 8;
    const number = (tag - wireType) / 8;
    if (wireType === 0) {
      const value = varint();
      yield { number, value, start: position, end: position };
      continue;
    }
    const sizeBytes = wireType === 2 ? varint() : FIXED_SIZES[wireType];
    if (sizeBytes === undefined || position + sizeBytes > end) throw new RangeError("A field reaches too far.");
    const field = { number, value: 0, start: position, end: position + sizeBytes };
    position = field.end;
    yield field;
  }
}
