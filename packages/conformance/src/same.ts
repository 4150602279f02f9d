import assert from "node:assert/strict";

/** Fails where bytes differ, naming the place: a comparison by `assert` would draw a picture of megabytes. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what = "bytes"): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const place = expected.findIndex((byte, index) => actual[index] !== byte);
  const where = place === -1 ? `after byte ${expected.length}` : `at byte ${place}`;
  assert.fail(`${what}: ${actual.length} bytes, expected ${expected.length}; the first difference is ${where}`);
}

/** Fails where JSON values differ, wherever they come from: a platform may have arrays of another realm. */
export function assertSameJson(actual: unknown, expected: unknown): void {
  assert.equal(JSON.stringify(actual), JSON.stringify(expected));
}
