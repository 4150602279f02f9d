import type { Extent } from "./byte-source.ts";

/** A message to be written: new bytes, and parts of the source that go over as they are. */
export type Pieces = readonly (Uint8Array | Extent)[];

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Bytes of a message. */
function sizeOf(pieces: Pieces): number {
  return pieces.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : piece.end - piece.start), 0);
}

/** A field of type int64 or enum that is not negative. */
export function integerField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + VARINT), ...varint(value)]);
}

export function textField(number: number, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return Uint8Array.from([...key(number, bytes.length), ...bytes]);
}

/** A field that holds another message, or bytes. */
export function contentField(number: number, content: Pieces): Pieces {
  return [Uint8Array.from(key(number, sizeOf(content))), ...content];
}

function key(number: number, sizeBytes: number): number[] {
  return [...varint(number * 8 + LENGTH_DELIMITED), ...varint(sizeBytes)];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
