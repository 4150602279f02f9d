import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseJson } from "../../../src/request/json/parse-json.ts";
import { TensorValues } from "../../../src/request/json/tensor-text.ts";
import { type JsonOutput, writeJson } from "../../../src/request/json/write-json.ts";
import { toTensor } from "../../../src/request/protocol/tensor-json.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { comparable, TYPES, tensors } from "../tensor-arbitrary.ts";
import { asNumbers } from "./json-documents.ts";

function textOf(value: JsonOutput): string {
  return new TextDecoder().decode(writeJson(value));
}

function positiveZero(_: string, value: unknown): unknown {
  return Object.is(value, -0) ? 0 : value;
}

describe("writeJson", () => {
  it("writes plain documents as JSON.stringify does", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // Negative zero keeps its sign here, which JSON.stringify drops.
        expect(JSON.parse(textOf(value as JsonOutput), positiveZero)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(textOf({ a: undefined, b: [1, "x", null, true], "é\n": {} })).toBe('{"b":[1,"x",null,true],"é\\n":{}}');
    expect(textOf({ a: undefined })).toBe("{}");
  });

  it("writes an object's own __proto__", () => {
    const value = JSON.parse('{"__proto__":{"a":1}}');
    expect(textOf(value)).toBe('{"__proto__":{"a":1}}');
  });

  it.each([...TYPES])("gives a %s tensor back exactly, nested and flat", (type) => {
    fc.assert(
      fc.property(tensors(type), (tensor) => {
        const spec = { name: "x", type, shape: tensor.shape };
        for (const values of [TensorValues.nested(tensor), TensorValues.flat(tensor)]) {
          const written = writeJson(values);
          expect(() => JSON.parse(new TextDecoder().decode(written))).not.toThrow();
          const read = toTensor(parseJson(written), spec);
          const shape = tensor.shape.length === 0 && values.shape.length === 1 ? [1] : tensor.shape;
          expect(comparable(read)).toEqual({ ...(comparable(tensor) as object), shape });
        }
      }),
      { numRuns: 200 },
    );
  });

  it("writes the rows of a tensor", () => {
    const tensor: Tensor = { type: "int32", shape: [2, 2, 1], data: Int32Array.of(1, 2, 3, 4) };
    expect(textOf([TensorValues.row(tensor, 0), TensorValues.row(tensor, 1)])).toBe("[[[1],[2]],[[3],[4]]]");
    expect(textOf(TensorValues.nested({ type: "int32", shape: [2, 0], data: new Int32Array() }))).toBe("[[],[]]");
    expect(textOf(TensorValues.nested({ type: "bool", shape: [], data: Uint8Array.of(1) }))).toBe("true");
  });

  it("writes more elements than it turns into text at a time", () => {
    const data = Float64Array.from({ length: 20_001 }, (_, index) => index / 7);
    const tensor: Tensor = { type: "float64", shape: [20_001], data };
    expect(JSON.parse(textOf(TensorValues.nested(tensor)))).toEqual(Array.from(data));
    const strings = Array.from({ length: 20_001 }, (_, index) => `é${index}"`);
    expect(JSON.parse(textOf(TensorValues.nested({ type: "string", shape: [20_001], data: strings })))).toEqual(
      strings,
    );
  });
});

function significantDigits(text: string): number {
  return text
    .replace(/e.*/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+|0+$/g, "").length;
}

describe("float32 in JSON", () => {
  it("comes back bit for bit, read as float32 or through a double, with at most nine digits", () => {
    const count = 50_000;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        let state = seed;
        const words = Uint32Array.from({ length: count }, () => {
          state = (Math.imul(state, 1664525) + 1013904223) | 0;
          return state ^ (state >>> 15);
        });
        const data = new Float32Array(words.buffer).map((value) => (Number.isFinite(value) ? value : 0.1));
        const written = writeJson(TensorValues.flat({ type: "float32", shape: [count], data }));
        const text = new TextDecoder().decode(written);
        const throughDoubles = Float32Array.from(JSON.parse(text));
        expect(throughDoubles.findIndex((value, index) => !Object.is(value, data[index]))).toBe(-1);
        const read = asNumbers(parseJson(written, "float32")).toFloat32();
        expect(read.findIndex((value, index) => !Object.is(value, data[index]))).toBe(-1);
        const digits = text
          .slice(1, -1)
          .split(",")
          .map((each) => significantDigits(each));
        expect(Math.max(...new Set(digits))).toBeLessThanOrEqual(9);
      }),
      { numRuns: 8 },
    );
  });

  it.each([
    [0.1, "0.1"],
    [-0, "-0"],
    [1e-7, "1e-7"],
    [1.5e-10, "1.5e-10"],
    [0.000001, "1e-6"],
    [123456, "123456"],
    [16777216, "16777216"],
    [1e10, "10000000000"],
    [1e20, "1e+20"],
    [3.4028235e38, "3.4028235e+38"],
    [1e-45, "1e-45"],
    [-0.33333334, "-0.33333334"],
    [99999.99, "99999.99"],
    [0.9999999, "0.9999999"],
    [9.999999e-7, "9.999999e-7"],
  ])("%d is written as %s", (value, text) => {
    const tensor: Tensor = { type: "float32", shape: [1], data: Float32Array.of(value) };
    expect(textOf(TensorValues.nested(tensor))).toBe(`[${text}]`);
  });

  it("has names for what is not finite", () => {
    const data = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    expect(textOf(TensorValues.flat({ type: "float32", shape: [3], data }))).toBe('["NaN","Infinity","-Infinity"]');
  });
});
