import assert from "node:assert/strict";
import type { ElementType, Tensor } from "@virga/core";
import { float16Number } from "./float16-table.ts";

/** How far an element may be off: `atol + rtol × |expected|`. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

const FLOATS: ReadonlySet<ElementType> = new Set(["float16", "float32", "float64"]);

/** Asserts that a tensor equals the expected one: type and shape, whole numbers and strings exactly, floats within `tolerance`. */
export function assertTensor(name: string, actual: Tensor | undefined, expected: Tensor, tolerance: Tolerance): void {
  assert.ok(actual !== undefined, `output ${name} is missing`);
  assert.equal(actual.type, expected.type, `type of ${name}`);
  assert.deepEqual(actual.shape, expected.shape, `shape of ${name}`);
  assert.equal(actual.data.length, expected.data.length, `elements of ${name}`);
  const isFloat = FLOATS.has(expected.type);
  const given = elementsOf(actual);
  for (const [index, wanted] of elementsOf(expected).entries()) {
    const element = given[index];
    if (element === wanted || (isFloat && isClose(Number(element), Number(wanted), tolerance))) continue;
    assert.fail(`${name}[${index}] is ${String(element)}, expected ${String(wanted)}`);
  }
}

/** A tensor's elements, float16 as numbers. */
export function elementsOf(tensor: Tensor): readonly (number | bigint | string)[] {
  if (tensor.type === "float16") return Array.from(tensor.data, float16Number);
  return Array.from<number | bigint | string>(tensor.data);
}

function isClose(given: number, wanted: number, { rtol, atol }: Tolerance): boolean {
  if (Number.isNaN(wanted)) return Number.isNaN(given);
  // An infinity is only near itself, which has been looked at before.
  return Number.isFinite(wanted) && Math.abs(given - wanted) <= atol + rtol * Math.abs(wanted);
}
