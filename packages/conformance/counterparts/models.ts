import { encodeModel } from "@virga/conformance/onnx-model";
import { type ElementType, FIXED_ELEMENTS, type FixedElementType, toDatatype } from "@virga/core";

const TYPES: readonly ElementType[] = [...(Object.keys(FIXED_ELEMENTS) as FixedElementType[]), "string"];
type Shape = readonly (number | string)[];

/** Sum and difference of two int32 tensors [N, 16]: what Triton's own examples serve as `simple`. */
export function sumAndDifference(): Uint8Array {
  const shape = ["N", 16];
  return encodeModel({
    inputs: [
      { name: "INPUT0", tensor: "int32", shape },
      { name: "INPUT1", tensor: "int32", shape },
    ],
    outputs: [
      { name: "OUTPUT0", tensor: "int32", shape },
      { name: "OUTPUT1", tensor: "int32", shape },
    ],
    operations: [
      { operator: "Add", inputs: ["INPUT0", "INPUT1"], outputs: ["OUTPUT0"] },
      { operator: "Sub", inputs: ["INPUT0", "INPUT1"], outputs: ["OUTPUT1"] },
    ],
  });
}

/** Gives back one tensor of each element type: inputs `FP32_in` … and outputs `FP32_out` …, all of one shape. */
export function identities(shape: Shape): Uint8Array {
  const names = TYPES.map((type) => ({ type, input: `${toDatatype(type)}_in`, output: `${toDatatype(type)}_out` }));
  return encodeModel({
    inputs: names.map(({ type, input }) => ({ name: input, tensor: type, shape })),
    outputs: names.map(({ type, output }) => ({ name: output, tensor: type, shape })),
    operations: names.map(({ input, output }) => ({ operator: "Identity", inputs: [input], outputs: [output] })),
  });
}

/** Gives back one tensor. */
export function identity(type: ElementType, shape: Shape): Uint8Array {
  return encodeModel({
    inputs: [{ name: "x", tensor: type, shape }],
    outputs: [{ name: "y", tensor: type, shape }],
    operations: [{ operator: "Identity", inputs: ["x"], outputs: ["y"] }],
  });
}
