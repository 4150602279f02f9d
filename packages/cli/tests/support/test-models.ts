import { encodeModel } from "@virga/conformance/onnx-model";

/** `y = x + amount`, for any number of rows of two. */
export function addModel(amount: number): Uint8Array {
  return encodeModel({
    inputs: [{ name: "x", tensor: "float32", shape: ["N", 2] }],
    outputs: [{ name: "y", tensor: "float32", shape: ["N", 2] }],
    operations: [{ operator: "Add", inputs: ["x", "amount"], outputs: ["y"] }],
    initializers: [{ name: "amount", type: "float32", shape: [], data: new Float32Array([amount]) }],
  });
}

/** `y = x + w`, with `w` (two float32) in a file beside the model. */
export function externalModel(location: string): Uint8Array {
  return encodeModel({
    inputs: [{ name: "x", tensor: "float32", shape: ["N", 2] }],
    outputs: [{ name: "y", tensor: "float32", shape: ["N", 2] }],
    operations: [{ operator: "Add", inputs: ["x", "w"], outputs: ["y"] }],
    initializers: [{ name: "w", type: "float32", shape: [2], data: { location, offset: 0, sizeBytes: 8 } }],
  });
}

/** `y = x` and noise, another one each time. */
export function noiseModel(): Uint8Array {
  return encodeModel({
    inputs: [{ name: "x", tensor: "float32", shape: ["N", 2] }],
    outputs: [{ name: "y", tensor: "float32", shape: ["N", 2] }],
    operations: [
      { operator: "RandomUniformLike", inputs: ["x"], outputs: ["noise"] },
      { operator: "Add", inputs: ["x", "noise"], outputs: ["y"] },
    ],
  });
}

/** `scores = x`, one for each of three classes. */
export function scoresModel(): Uint8Array {
  return encodeModel({
    inputs: [{ name: "x", tensor: "float32", shape: ["N", 3] }],
    outputs: [{ name: "scores", tensor: "float32", shape: ["N", 3] }],
    operations: [{ operator: "Identity", inputs: ["x"], outputs: ["scores"] }],
  });
}

/** `y = x`, and a sequence that no caller can get. */
export function sequenceModel(): Uint8Array {
  return encodeModel({
    inputs: [{ name: "x", tensor: "float32", shape: [2] }],
    outputs: [
      { name: "y", tensor: "float32", shape: [2] },
      { name: "list", sequence: { tensor: "float32", shape: [2] } },
    ],
    operations: [
      { operator: "Identity", inputs: ["x"], outputs: ["y"] },
      { operator: "SequenceConstruct", inputs: ["x"], outputs: ["list"] },
    ],
  });
}
