import { encodeModel, type ModelDefinition } from "@virga/conformance/onnx-model";
import type { ModelSource } from "../../src/session/engine.ts";
import { type Tensors, tensor } from "../../src/tensor/tensor.ts";

/** `y = -x`, vectors of any length. */
export const NEGATION: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["N"] }],
  outputs: [{ name: "y", tensor: "float32", shape: ["N"] }],
  operations: [{ operator: "Neg", inputs: ["x"], outputs: ["y"] }],
};

/** `quotient = a / b`, of which onnxruntime makes SIGFPE for the smallest number by -1. */
export const DIVISION: ModelDefinition = {
  inputs: [
    { name: "a", tensor: "int32", shape: ["N"] },
    { name: "b", tensor: "int32", shape: ["N"] },
  ],
  outputs: [{ name: "quotient", tensor: "int32", shape: ["N"] }],
  operations: [{ operator: "Div", inputs: ["a", "b"], outputs: ["quotient"] }],
};

/** Counts to `steps`, in a loop whose turns each cost some microseconds. */
export const COUNTING: ModelDefinition = {
  inputs: [{ name: "steps", tensor: "int64", shape: [] }],
  outputs: [{ name: "count", tensor: "float32", shape: [1] }],
  operations: [
    {
      operator: "Loop",
      inputs: ["steps", "", "zero"],
      outputs: ["count"],
      attributes: {
        body: {
          graph: {
            inputs: [
              { name: "turn", tensor: "int64", shape: [] },
              { name: "going", tensor: "bool", shape: [] },
              { name: "before", tensor: "float32", shape: [1] },
            ],
            outputs: [
              { name: "on", tensor: "bool", shape: [] },
              { name: "after", tensor: "float32", shape: [1] },
            ],
            operations: [
              { operator: "Identity", inputs: ["going"], outputs: ["on"] },
              { operator: "Add", inputs: ["before", "one"], outputs: ["after"] },
            ],
          },
        },
      },
    },
  ],
  initializers: [
    { name: "zero", type: "float32", shape: [1], data: Float32Array.of(0) },
    { name: "one", type: "float32", shape: [1], data: Float32Array.of(1) },
  ],
};

export function sourceOf(model: ModelDefinition): ModelSource {
  return { kind: "bytes", bytes: encodeModel(model) };
}

export function vector(...values: number[]): Tensors {
  return { x: tensor("float32", [values.length], Float32Array.from(values)) };
}

/** As many turns of `COUNTING` as asked for. */
export function steps(count: number): Tensors {
  return { steps: tensor("int64", [], BigInt64Array.of(BigInt(count))) };
}

/** Longer than a test waits: a run that ends with its worker. */
export const ENDLESS: Tensors = steps(2 ** 26);

export function division(dividend: number, divisor: number): Tensors {
  return {
    a: tensor("int32", [1], Int32Array.of(dividend)),
    b: tensor("int32", [1], Int32Array.of(divisor)),
  };
}

/** Both, as no number in JavaScript is divided: ends the process that tries. */
export const DEADLY_DIVISION: Tensors = division(-(2 ** 31), -1);
