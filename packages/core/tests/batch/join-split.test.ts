import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { joinInputs } from "../../src/batch/join-inputs.ts";
import { joinable } from "../../src/batch/joinable.ts";
import { splitOutputs } from "../../src/batch/split-outputs.ts";
import { type ElementType, FIXED_ELEMENTS } from "../../src/tensor/element-type.ts";
import { type Tensor, type Tensors, tensor } from "../../src/tensor/tensor.ts";
import { TYPES } from "../request/tensor-arbitrary.ts";

/** Dimensions after the first, empty ones among them. */
const restOfShape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });

/** A tensor with any bits, at any place of its buffer. */
function tensorOf(type: ElementType, shape: readonly number[]): fc.Arbitrary<Tensor> {
  const count = shape.reduce((product, size) => product * size, 1);
  if (type === "string") {
    const texts = fc.array(fc.string({ maxLength: 5 }), { minLength: count, maxLength: count });
    return texts.map((data) => tensor("string", shape, data));
  }
  const { sizeBytes, array: ElementArray } = FIXED_ELEMENTS[type];
  const length = (count + 2) * sizeBytes;
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => {
    return tensor(type, shape, new ElementArray(Uint8Array.from(bytes).buffer, sizeBytes, count));
  });
}

/** Several requests' inputs that may be joined. */
const joinableParts = fc
  .record({
    inputs: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 4 }),
      fc.record({ type: fc.constantFrom(...TYPES), rest: restOfShape }),
      { minKeys: 1, maxKeys: 3 },
    ),
    rows: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
  })
  .chain(({ inputs, rows }) => {
    const parts = rows.map((count) =>
      fc.record(
        Object.fromEntries(
          Object.entries(inputs).map(([name, { type, rest }]) => [name, tensorOf(type, [count, ...rest])]),
        ),
        { noNullPrototype: true },
      ),
    );
    return fc.record({ rows: fc.constant(rows), parts: fc.tuple(...parts) });
  });

function plain(tensors: Tensors): unknown {
  return Object.entries(tensors).map(([name, { type, shape, data }]) => [name, type, shape, bitsOf(data)]);
}

function bitsOf(data: Tensor["data"]): unknown {
  if (!ArrayBuffer.isView(data)) return data;
  return [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

describe("joining and splitting", () => {
  it("gives back exactly what was joined, bit by bit", () => {
    fc.assert(
      fc.property(joinableParts, ({ parts, rows }) => {
        const joined = joinInputs(parts);
        expect(splitOutputs(joined, rows).map(plain)).toEqual(parts.map(plain));
      }),
    );
  });

  it("gives every part and the whole a buffer of its own", () => {
    fc.assert(
      fc.property(joinableParts, ({ parts, rows }) => {
        const joined = joinInputs(parts);
        const buffers = [joined, ...splitOutputs(joined, rows), ...parts].flatMap((tensors) =>
          Object.values(tensors).flatMap(({ data }) => (ArrayBuffer.isView(data) ? [data] : [])),
        );
        expect(new Set(buffers.map(({ buffer }) => buffer)).size).toBe(buffers.length);
        const own = buffers.slice(0, buffers.length - parts.length * fixedCount(joined));
        expect(own.every(({ buffer, byteLength }) => buffer.byteLength === byteLength)).toBe(true);
      }),
    );
  });

  it("refuses outputs whose first dimension is not the rows", () => {
    const outputs = (shape: number[]) => ({ y: tensor("float32", shape, new Float32Array(shape[0] ?? 1)) });
    for (const shape of [[], [1], [4], [6]]) {
      expect(() => splitOutputs(outputs(shape), [2, 3])).toThrow(expect.objectContaining({ code: "RUN_FAILED" }));
    }
    expect(splitOutputs(outputs([5]), [2, 3]).map(({ y }) => y?.shape)).toEqual([[2], [3]]);
  });
});

function fixedCount(tensors: Tensors): number {
  return Object.values(tensors).filter(({ type }) => type !== "string").length;
}

describe("which requests may be joined", () => {
  const floats = (...shape: number[]) =>
    tensor("float32", shape, new Float32Array(shape.reduce((product, size) => product * size, 1)));
  const keyOf = (inputs: Tensors, outputs?: readonly string[]) => joinable(inputs, outputs)?.key;
  const x = { x: floats(2, 3) };

  it("joins requests that differ in their rows, values and order of names only", () => {
    expect(keyOf({ x: floats(1, 3) })).toBe(keyOf(x));
    expect(keyOf({ a: floats(1), x: floats(1, 3) })).toBe(keyOf({ x: floats(7, 3), a: floats(7) }));
    expect(keyOf(x, ["p", "q"])).toBe(keyOf(x, ["q", "p", "q"]));
    expect(joinable({ ...x, words: tensor("string", [2], ["ab", "c"]) })).toMatchObject({ rows: 2, sizeBytes: 27 });
  });

  it("mixes no requests of other names, types, dimensions or outputs", () => {
    const keys = [
      keyOf(x),
      keyOf({ y: floats(2, 3) }),
      keyOf({ x: floats(2, 4) }),
      keyOf({ x: floats(2, 3, 1) }),
      keyOf({ x: floats(2) }),
      keyOf({ x: tensor("float64", [2, 3], new Float64Array(6)) }),
      keyOf({ ...x, y: floats(2) }),
      keyOf({ 'x","y': floats(2, 3) }),
      keyOf(x, []),
      keyOf(x, ["p"]),
      keyOf(x, ["p,q"]),
      keyOf(x, ["p", "q"]),
      keyOf({ a: floats(2, 3), b: floats(2) }),
      keyOf({ a: floats(2), b: floats(2, 3) }),
    ];
    expect(keys).not.toContain(undefined);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("joins nothing that has no rows, different rows, or data of another length", () => {
    expect(joinable({})).toBeUndefined();
    expect(joinable({ x: floats() })).toBeUndefined();
    expect(joinable({ x: floats(0, 3) })).toBeUndefined();
    expect(joinable({ x: floats(2), y: floats(3) })).toBeUndefined();
    expect(joinable({ x: tensor("float32", [2, 3], new Float32Array(5)) })).toBeUndefined();
    expect(joinable({ x: floats(2, 0) })).toMatchObject({ rows: 2, sizeBytes: 0 });
  });
});
