import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseJson } from "../../../src/request/json/parse-json.ts";
import type { TensorInput } from "../../../src/request/protocol/plain-values.ts";
import { tensorToBytes } from "../../../src/request/protocol/tensor-bytes.ts";
import { toTensor } from "../../../src/request/protocol/tensor-json.ts";
import type { ElementType } from "../../../src/tensor/element-type.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { utf8 } from "../json/json-documents.ts";
import { comparable, FIXED_TYPES, tensors } from "../tensor-arbitrary.ts";
import { refusal } from "./messages.ts";

function read(json: string, type: ElementType, shape: readonly number[]): Tensor {
  return toTensor(parseJson(utf8(json)), { name: "x", type, shape });
}

function refused(json: string, type: ElementType, shape: readonly number[] = [-1]): string {
  return refusal(() => read(json, type, shape));
}

describe("the shape of values", () => {
  it.each([
    ["[[1,2],[3,4],[5,6]]", [-1, 2], [3, 2]],
    ["[1,2,3,4,5,6]", [-1, 2], [3, 2]],
    ["[1,2,3,4,5,6]", [3, 2], [3, 2]],
    ["[[1,2,3,4]]", [-1, 2, 2], [1, 2, 2]],
    ["[[1,2],[3,4]]", [-1, -1], [2, 2]],
    ["[]", [-1], [0]],
    ["[]", [-1, 4], [0, 4]],
    ["[]", [0, 4], [0, 4]],
    ["[[],[]]", [-1, 0], [2, 0]],
    ["[[],[]]", [2, -1], [2, 0]],
    ["7", [], []],
    ["[7]", [], [1]],
    ["[[7,8]]", [], [1, 2]],
    ["7", [1], [1]],
    ["7", [-1, 1], [1, 1]],
    ['{"b64":"AAAAAAAAAAA="}', [-1], [2]],
    ['{"b64":"AAAAAA=="}', [], []],
    ['[{"b64":"AAAAAAAAAAA="},{"b64":"AAAAAAAAAAA="}]', [-1, 2, 1], [2, 2, 1]],
  ])("%s for %j is %j", (json, declared, shape) => {
    const tensor = read(json, "float32", declared);
    expect(tensor.shape).toEqual(shape);
    expect(tensor.data).toHaveLength(shape.reduce((product, size) => product * size, 1));
  });

  it.each([
    ["[1,2,3]", [-1, 2], "has values of the shape [3], but must have [-1, 2] (-1 takes any size)"],
    ["[1,2,3]", [2], "has values of the shape [3], but must have [2]."],
    ["[1,2,3]", [-1, -1], "has values of the shape [3]"],
    ["[[[1]]]", [1], "has values of the shape [1, 1, 1]"],
    ["[[1,2]]", [2, 1], "has values of the shape [1, 2]"],
    ["7", [2], "is a single value"],
    ["[[1],[2,3]]", [-1, -1], "at [1] differs in length or depth"],
    ["[[1],2]", [-1], "at [1] differs in length or depth"],
    ["[1,[2]]", [-1], "at [1] differs in length or depth"],
    ["[[],[1]]", [-1, -1], "at [1] differs in length or depth"],
    ["[1]", [9007199254740991, 9007199254740991], "has values of the shape [1]"],
    ["[]", [9007199254740991, 9007199254740991], "has values of the shape [0]"],
  ])("%s for %j is refused", (json, declared, text) => {
    expect(refused(json, "float32", declared)).toContain(text);
  });
});

describe("elements", () => {
  it.each([
    ["300", "int8", "300 is beyond the range of INT8 (-128 to 127)"],
    ["-1", "uint8", "-1 is beyond the range of UINT8 (0 to 255)"],
    ["1.5", "int32", "1.5 is not an integer, as INT32 needs"],
    ["1e10", "uint32", "10000000000 is beyond the range of UINT32"],
    ["1e39", "float32", "is beyond the range of FP32"],
    ["-1e39", "float32", "is beyond the range of FP32"],
    ["65520", "float16", "65520 is beyond the range of FP16"],
    ["1e400", "float64", "1e400 is beyond the range of FP64"],
    ["1e400", "float32", "1e400 is beyond the range of FP32"],
    ["1e400", "int8", "1e400 is beyond the range of INT8"],
    ["1e400", "int64", "1e400 is beyond the range of INT64"],
    ["9223372036854775808", "int64", "9223372036854775808 is beyond the range of INT64"],
    ["-1", "uint64", "-1 is beyond the range of UINT64"],
    ["18446744073709551615.5", "uint64", "18446744073709551615.5 is not an integer"],
    ["9007199254740993.5", "int64", "9007199254740993.5 is not an integer"],
    ["2", "bool", "2 is neither 0 nor 1"],
    ["0.5", "bool", "0.5 is neither 0 nor 1"],
    ["NaN", "int32", "NaN is beyond the range of INT32"],
    ["Infinity", "int64", "Infinity is not an integer"],
  ] as const)("%s is no %s, and the place is named", (number, type, text) => {
    const message = refused(`[[0, 1], [1, ${number}]]`, type, [-1, 2]);
    expect(message).toMatch(/^Input "x" at \[1, 1\]: /);
    expect(message).toContain(text);
  });

  it("names no place for a single value", () => {
    expect(refused("300", "int8", [1])).toBe('Input "x": 300 is beyond the range of INT8 (-128 to 127).');
    expect(refused("18446744073709551616", "uint64", [])).toContain('Input "x": 18446744073709551616 is beyond');
  });

  it.each([
    ["[true]", "int32", "true is not a number"],
    ["[1,true]", "float32", "true is not a number"],
    ['["1"]', "float32", '"1" is not a number'],
    ['["1"]', "int64", '"1" is not a number'],
    ["[null]", "float32", "is null"],
    ['[{"a":1}]', "float32", 'is an object with "a"'],
    ['[{"b64":1}]', "float32", 'is an object with "b64"'],
    ['["NaN"]', "int32", '"NaN" is not a number'],
    ["[1]", "string", "is a list of numbers, but BYTES takes text"],
    ["[true]", "string", "is the boolean true, but BYTES takes text"],
    ['{"b64":"a"}', "float32", "is not valid base64"],
    ['{"b64":"AAA!"}', "float32", "is not valid base64"],
    ['{"b64":"AAAA"}', "float32", "has 3 bytes, but each FP32 takes 4"],
    ['[{"b64":"gA=="}]', "string", "at [0] is not UTF-8"],
    ['{"b64":"Ag=="}', "bool", "2 is neither 0 nor 1"],
  ] as const)("%s is no %s", (json, type, text) => {
    expect(refused(json, type)).toContain(text);
  });

  it("takes integers however they are written, to the last digit", () => {
    expect(read("[1.0, 1e3, 120e-1]", "int32", [-1]).data).toEqual(Int32Array.of(1, 1000, 12));
    const large = "[9223372036854775807, -9223372036854775808, 9.007199254740993e15, 1e18]";
    const expected = BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 9007199254740993n, 10n ** 18n);
    expect(read(large, "int64", [-1]).data).toEqual(expected);
    expect(read("[18446744073709551615]", "uint64", [-1]).data).toEqual(BigUint64Array.of(2n ** 64n - 1n));
    expect(read("9007199254740993", "int64", []).data).toEqual(BigInt64Array.of(9007199254740993n));
  });

  it("takes booleans and bits, names of numbers that are not finite, and text as base64", () => {
    expect(read("[true, false, 1, 0]", "bool", [-1]).data).toEqual(Uint8Array.of(1, 0, 1, 0));
    expect(read("[1, 0]", "bool", [-1]).data).toEqual(Uint8Array.of(1, 0));
    expect(read('["NaN", "-Infinity", 1.5]', "float16", [-1]).data).toEqual(Uint16Array.of(0x7e00, 0xfc00, 0x3e00));
    expect(read('[{"b64":"w6k="}, "b"]', "string", [-1]).data).toEqual(["é", "b"]);
  });

  it("rounds to float16 from the number itself, not from its nearest float32", () => {
    // 2048 + 1 + a little: above the half-way point only in double precision.
    expect(read("[2049.0000000001]", "float16", [-1]).data).toEqual(Uint16Array.of(0x6801));
    expect(read("[2049]", "float16", [-1]).data).toEqual(Uint16Array.of(0x6800));
  });
});

describe("values of a program", () => {
  const spec = (type: ElementType, shape: readonly number[] = [-1]) => ({ name: "x", type, shape });

  it("are taken as they are where they already fit", () => {
    const floats = Float32Array.of(1, 2);
    expect(toTensor(floats, spec("float32")).data).toBe(floats);
    const halves = Uint16Array.of(0x3c00);
    expect(toTensor(halves, spec("float16")).data).toBe(halves);
  });

  it.each([
    [Float64Array.of(1, 2), "int64", BigInt64Array.of(1n, 2n)],
    [BigInt64Array.of(1n, 2n), "float32", Float32Array.of(1, 2)],
    [[[1, 2], new Float32Array([3, 4])], "int8", Int8Array.of(1, 2, 3, 4)],
    [[1n, 2], "uint64", BigUint64Array.of(1n, 2n)],
    [[true, 0], "bool", Uint8Array.of(1, 0)],
    [Uint8Array.of(1, 0), "bool", Uint8Array.of(1, 0)],
    [[Number.NaN, Number.POSITIVE_INFINITY], "float64", Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY)],
  ] as [TensorInput, ElementType, unknown][])("%p become %s", (input, type, data) => {
    const shape = Array.isArray(input) && Array.isArray(input[0]) ? [-1, 2] : [-1];
    expect(toTensor(input, spec(type, shape)).data).toEqual(data);
  });

  it("are refused where they do not fit", () => {
    const endless: TensorInput[] = [];
    endless.push(endless);
    expect(refusal(() => toTensor(endless, spec("float32")))).toContain("more than 64 levels deep");
    expect(refusal(() => toTensor([10n ** 400n], spec("float32")))).toContain("beyond the range of FP32");
    expect(refusal(() => toTensor(Uint8Array.of(2), spec("bool")))).toContain("2 is neither 0 nor 1");
    expect(refusal(() => toTensor(Float32Array.of(1.5), spec("int32")))).toContain("1.5 is not an integer");
  });
});

it.each([...FIXED_TYPES])("base64 of a %s tensor's bytes gives it back exactly", (type) => {
  fc.assert(
    fc.property(tensors(type), (tensor) => {
      const b64 = Buffer.from(tensorToBytes(tensor)).toString("base64");
      const free = { name: "x", type, shape: tensor.shape };
      fc.pre(tensor.shape.length > 0);
      expect(comparable(toTensor({ b64 }, free))).toEqual(comparable(tensor));
    }),
  );
});
