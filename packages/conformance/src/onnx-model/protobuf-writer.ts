/** A message as the pieces of its encoding; big byte arrays stay where they are until the pieces are joined. */
export type Pieces = readonly Uint8Array[];

const VARINT = 0;
const FIXED_32 = 5;
const LENGTH_DELIMITED = 2;

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function key(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

/** A field of type int32, int64 or enum. */
export function integerField(field: number, value: number | bigint): Pieces {
  return [key(field, VARINT), varint(value)];
}

/** A repeated int64 field, packed. */
export function integersField(field: number, values: readonly (number | bigint)[]): Pieces {
  return messageField(field, values.map(varint));
}

/** A field of type float. */
export function floatField(field: number, value: number): Pieces {
  return [key(field, FIXED_32), floatBytes(value)];
}

/** A repeated float field, packed. */
export function floatsField(field: number, values: readonly number[]): Pieces {
  return messageField(field, values.map(floatBytes));
}

function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytes;
}

/** A field of type bytes. */
export function bytesField(field: number, bytes: Uint8Array): Pieces {
  return [key(field, LENGTH_DELIMITED), varint(bytes.length), bytes];
}

/** A field of type string. */
export function stringField(field: number, text: string): Pieces {
  return bytesField(field, new TextEncoder().encode(text));
}

/** A field that holds another message. */
export function messageField(field: number, message: Pieces): Pieces {
  const sizeBytes = message.reduce((sum, piece) => sum + piece.length, 0);
  return [key(field, LENGTH_DELIMITED), varint(sizeBytes), ...message];
}
