import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InferenceError } from "../src/errors.ts";
import { checkInputs } from "../src/tensor/check-tensors.ts";
import { type Tensor, type TensorSpec, type Tensors, tensor } from "../src/tensor/tensor.ts";

const matrix: TensorSpec = { name: "x", type: "float32", shape: [-1, 3] };

function problem(inputs: Tensors, ...specs: TensorSpec[]): string {
  try {
    checkInputs(inputs, specs);
  } catch (error) {
    if (InferenceError.is(error) && error.code === "INPUT_INVALID") return error.message;
    throw error;
  }
  return "none";
}

function floats(...shape: number[]): Tensor {
  return tensor("float32", shape, new Float32Array(shape.reduce((product, size) => product * size, 1)));
}

describe("checkInputs", () => {
  it("takes what fits, free dimensions of any size and empty tensors included", () => {
    expect(problem({ x: floats(2, 3) }, matrix)).toBe("none");
    expect(problem({ x: floats(0, 3) }, matrix)).toBe("none");
    expect(problem({}, ...[])).toBe("none");
  });

  it("takes any shape where the signature declares none", () => {
    const unknownRank: TensorSpec = { name: "x", type: "float32", shape: [] };
    for (const shape of [[], [1], [2, 3]]) expect(problem({ x: floats(...shape) }, unknownRank)).toBe("none");
  });

  it("names what is missing and what is unknown, with the names there are", () => {
    expect(problem({}, matrix)).toBe('Input "x" is missing; the inputs are "x".');
    expect(problem({ x: floats(1, 3), X: floats(1, 3) }, matrix)).toBe('Input "X" is unknown; the inputs are "x".');
    expect(problem({ y: floats(1) })).toBe('Input "y" is unknown; there are no inputs.');
  });

  it("lists a few names of many", () => {
    const specs = Array.from({ length: 1000 }, (_, index): TensorSpec => ({ ...matrix, name: `input${index}` }));
    expect(problem({}, ...specs)).toMatch(/"input19" and 980 more\.$/);
  });

  it("lets optional inputs be absent, and checks them where present", () => {
    const optional: TensorSpec = { name: "threshold", type: "float64", shape: [], optional: true };
    expect(problem({ x: floats(1, 3) }, matrix, optional)).toBe("none");
    const unset = { x: floats(1, 3), threshold: undefined } as unknown as Tensors;
    expect(problem(unset, matrix, optional)).toBe("none");
    expect(problem({ x: floats(1, 3), threshold: floats(1) }, matrix, optional)).toBe(
      'Input "threshold" has the type float32, but must be float64.',
    );
  });

  it("does not take a name of Object.prototype for an input", () => {
    const spec: TensorSpec = { name: "constructor", type: "float32", shape: [1] };
    expect(problem({}, spec)).toMatch(/"constructor" is missing/);
    const inputs = Object.fromEntries([["__proto__", floats(1)]]);
    expect(problem(inputs, { ...spec, name: "__proto__" })).toBe("none");
    expect(problem(inputs)).toMatch(/"__proto__" is unknown/);
  });

  it.each<[Tensor, string]>([
    [tensor("float64", [1, 3], new Float64Array(3)), "has the type float64, but must be float32"],
    [floats(3), "has the shape [3], but must have [-1,3] (-1 takes any size)"],
    [floats(1, 4), "has the shape [1,4], but must have [-1,3] (-1 takes any size)"],
    [tensor("float32", [1, 3], new Float32Array(2)), "has 2 elements, but its shape [1,3] needs 3"],
    [tensor("float32", [-1, 3], new Float32Array(3)), "has the size -1 in its shape"],
    [tensor("float32", [0.5, 3], new Float32Array(0)), "has the size 0.5 in its shape"],
    [
      tensor("float32", [2 ** 31, 3], new Float32Array(0)),
      "has 0 elements, but its shape [2147483648,3] needs 6442450944",
    ],
  ])("refuses what does not fit: %#", (input, expected) => {
    expect(problem({ x: input }, matrix)).toBe(`Input "x" ${expected}.`);
  });

  it("refuses an array of another type than the tensor's, as JavaScript without types can pass it", () => {
    const wrong = { type: "float32", shape: [1, 3], data: [1, 2, 3] } as unknown as Tensor;
    expect(problem({ x: wrong }, matrix)).toBe(
      'Input "x" has its data in a value of type Array, but must have it in a Float32Array.',
    );
  });

  it("refuses booleans other than 0 and 1", () => {
    const spec: TensorSpec = { name: "x", type: "bool", shape: [-1] };
    expect(problem({ x: tensor("bool", [2], Uint8Array.of(0, 1)) }, spec)).toBe("none");
    expect(problem({ x: tensor("bool", [2], Uint8Array.of(0, 2)) }, spec)).toMatch(/neither 0 nor 1/);
  });

  it("refuses strings that the runtime would cut or change", () => {
    const spec: TensorSpec = { name: "x", type: "string", shape: [-1] };
    expect(problem({ x: tensor("string", [2], ["žluť 🐎", ""]) }, spec)).toBe("none");
    expect(problem({ x: tensor("string", [2], ["a", "b\0c"]) }, spec)).toMatch(/NUL character in string 1/);
    expect(problem({ x: tensor("string", [1], ["\ud83d"]) }, spec)).toMatch(/half a surrogate pair in string 0/);
  });

  it("refuses an empty tensor that stands for a huge one", () => {
    const spec: TensorSpec = { name: "x", type: "float32", shape: [-1, -1] };
    expect(problem({ x: tensor("float32", [0, 10 ** 9], new Float32Array(0)) }, spec)).toMatch(/too large/);
  });

  it("keeps messages short whatever the names and shapes", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 100_000, size: "max" }),
        fc.array(fc.nat(), { maxLength: 10_000 }),
        (name, shape) => {
          const inputs = Object.fromEntries([[name, tensor("float32", shape, new Float32Array(0))]]);
          expect(problem(inputs, matrix).length).toBeLessThan(1500);
          expect(problem(inputs, { ...matrix, name }).length).toBeLessThan(1500);
        },
      ),
      { numRuns: 20 },
    );
  });
});
