const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/** Position of the next byte that is not white space. Source: RFC 8259, section 2. */
export function skipWhitespace(bytes: Uint8Array, start: number): number {
  let position = start;
  let byte = bytes[position];
  while (byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB) {
    position += 1;
    byte = bytes[position];
  }
  return position;
}
