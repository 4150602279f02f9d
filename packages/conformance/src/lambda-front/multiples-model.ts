import { encodeModel } from "../onnx-model/onnx-model.ts";

/** `Y = X * factor` for whole numbers below `count`, looked up in weights that are fetched apart from the graph. */
export function multiplesModel(factor: number, count: number): Uint8Array {
  const data = Float32Array.from({ length: count }, (_, index) => index * factor);
  return encodeModel({
    inputs: [{ name: "X", tensor: "int64", shape: ["rows"] }],
    outputs: [{ name: "Y", tensor: "float32", shape: ["rows"] }],
    initializers: [{ name: "multiples", type: "float32", shape: [count], data }],
    operations: [{ operator: "Gather", inputs: ["multiples", "X"], outputs: ["Y"] }],
  });
}
