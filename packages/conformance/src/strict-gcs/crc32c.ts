const CASTAGNOLI_REVERSED = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ CASTAGNOLI_REVERSED : value >>> 1;
  return value;
});

/** CRC-32C of bytes as Cloud Storage writes it: big-endian, in base64. Source: RFC 9260, appendix A. */
export function toCrc32c(bytes: Uint8Array): string {
  let value = 0xffffffff;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(~value >>> 0);
  return digest.toString("base64");
}
