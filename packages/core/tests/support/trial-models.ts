import type { GraphDefinition, Initializer, ModelDefinition } from "@virga/conformance/onnx-model";

/** Numbers between -limit and limit, the same for the same seed. */
function numbers(length: number, seed: number, limit = 0.2): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 31 - 1) * limit;
  });
}

/** A weight of random numbers. */
export function weight(name: string, shape: readonly number[], seed = 1): Initializer {
  return {
    name,
    type: "float32",
    shape,
    data: numbers(
      shape.reduce((product, size) => product * size, 1),
      seed,
    ),
  };
}

function scalar(name: string, type: "float32" | "int8" | "uint8", value: number): Initializer {
  const data = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array }[type].of(value);
  return { name, type, shape: [], data };
}

/** `y = relu(x × a) × b`, weights as given. */
export function twoLayers(...weights: Initializer[]): ModelDefinition {
  const [first, second] = weights.map(({ name }) => name);
  return {
    inputs: [{ name: "x", tensor: "float32", shape: ["N", 64] }],
    outputs: [{ name: "y", tensor: "float32", shape: ["N", 64] }],
    operations: [
      { operator: "MatMul", inputs: ["x", first ?? ""], outputs: ["p"] },
      { operator: "Relu", inputs: ["p"], outputs: ["h"] },
      { operator: "MatMul", inputs: ["h", second ?? first ?? ""], outputs: ["y"] },
    ],
    initializers: weights,
  };
}

/** Two layers of weights inside of the model. */
export const inline: ModelDefinition = twoLayers(weight("a", [64, 64]), weight("b", [64, 64], 2));

/** Three convolutions, which have a layout of their own on x64. */
export const convolution: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["N", 3, 16, 16] }],
  outputs: [{ name: "y", tensor: "float32", shape: ["N", 16, 16, 16] }],
  operations: [0, 1, 2].map((layer) => ({
    operator: "Conv",
    inputs: [["x", "c0", "c1"][layer] ?? "", `w${layer}`],
    outputs: [["c0", "c1", "y"][layer] ?? ""],
    attributes: { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] } },
  })),
  initializers: [weight("w0", [16, 3, 3, 3]), weight("w1", [16, 16, 3, 3], 2), weight("w2", [16, 16, 3, 3], 3)],
};

/** A product in float16. */
export const halfPrecision: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float16", shape: ["N", 64] }],
  outputs: [{ name: "y", tensor: "float16", shape: ["N", 64] }],
  operations: [{ operator: "MatMul", inputs: ["x", "w"], outputs: ["y"] }],
  // Bits between 0x2c00 and 0x2fff are numbers from 1/16 to 1/8.
  initializers: [
    {
      name: "w",
      type: "float16",
      shape: [64, 64],
      data: Uint16Array.from({ length: 4096 }, (_, at) => 0x2c00 + (at % 1024)),
    },
  ],
};

/** Words looked up in a table. */
export const strings: ModelDefinition = {
  inputs: [{ name: "ids", tensor: "int64", shape: ["N"] }],
  outputs: [{ name: "words", tensor: "string", shape: ["N"] }],
  operations: [{ operator: "Gather", inputs: ["table", "ids"], outputs: ["words"] }],
  initializers: [
    {
      name: "table",
      type: "string",
      shape: [400],
      data: Array.from({ length: 400 }, (_, at) => `a word of the number ${at}`),
    },
  ],
};

function product(from: string, to: string, name: string, seed: number): GraphDefinition {
  return {
    inputs: [],
    outputs: [{ name: to, tensor: "float32" }],
    operations: [{ operator: "MatMul", inputs: [from, name], outputs: [to] }],
    initializers: [weight(name, [64, 64], seed)],
  };
}

/** Two branches with weights of their own, in one of them those of the main graph once more. */
export const branches: ModelDefinition = {
  inputs: [
    { name: "x", tensor: "float32", shape: ["N", 64] },
    { name: "choice", tensor: "bool", shape: [] },
  ],
  outputs: [{ name: "y", tensor: "float32", shape: ["N", 64] }],
  operations: [
    { operator: "MatMul", inputs: ["x", "w"], outputs: ["h"] },
    {
      operator: "If",
      inputs: ["choice"],
      outputs: ["y"],
      attributes: {
        then_branch: { graph: product("h", "then_y", "then_w", 1) },
        else_branch: { graph: product("h", "else_y", "else_w", 7) },
      },
    },
  ],
  initializers: [weight("w", [64, 64])],
};

/** A product that is repeated as often as the input says. */
export const loop: ModelDefinition = {
  inputs: [
    { name: "x", tensor: "float32", shape: ["N", 64] },
    { name: "times", tensor: "int64", shape: [] },
  ],
  outputs: [{ name: "y", tensor: "float32", shape: ["N", 64] }],
  operations: [
    {
      operator: "Loop",
      inputs: ["times", "", "x"],
      outputs: ["y"],
      attributes: {
        body: {
          graph: {
            inputs: [
              { name: "turn", tensor: "int64", shape: [] },
              { name: "going", tensor: "bool", shape: [] },
              { name: "h", tensor: "float32", shape: ["N", 64] },
            ],
            outputs: [
              { name: "goes_on", tensor: "bool", shape: [] },
              { name: "next", tensor: "float32", shape: ["N", 64] },
            ],
            operations: [
              { operator: "Identity", inputs: ["going"], outputs: ["goes_on"] },
              { operator: "MatMul", inputs: ["h", "w"], outputs: ["next"] },
            ],
            initializers: [weight("w", [64, 64])],
          },
        },
      },
    },
  ],
};

/** A product of quantised numbers: which operators it becomes depends on the processor if the activations are signed. */
export function quantized(activations: "int8" | "uint8"): ModelDefinition {
  const zero = activations === "int8" ? 0 : 128;
  return {
    inputs: [{ name: "x", tensor: "float32", shape: ["N", 64] }],
    outputs: [{ name: "y", tensor: "float32", shape: ["N", 64] }],
    operations: [
      { operator: "QuantizeLinear", inputs: ["x", "sx", "zx"], outputs: ["q"] },
      { operator: "DequantizeLinear", inputs: ["q", "sx", "zx"], outputs: ["d"] },
      { operator: "DequantizeLinear", inputs: ["w", "sw", "zw"], outputs: ["dw"] },
      { operator: "MatMul", inputs: ["d", "dw"], outputs: ["p"] },
      { operator: "QuantizeLinear", inputs: ["p", "sy", "zy"], outputs: ["r"] },
      { operator: "DequantizeLinear", inputs: ["r", "sy", "zy"], outputs: ["y"] },
    ],
    initializers: [
      { name: "w", type: "int8", shape: [64, 64], data: Int8Array.from({ length: 4096 }, (_, at) => (at * 37) % 101) },
      scalar("sx", "float32", 1 / 64),
      scalar("zx", activations, zero),
      scalar("sw", "float32", 1 / 256),
      scalar("zw", "int8", 0),
      scalar("sy", "float32", 1 / 8),
      scalar("zy", activations, zero),
    ],
  };
}

/** Weights of four bits in blocks of 32, which the runtime unpacks in every run unless it may pack them anew. */
export const fourBits: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["N", 256] }],
  outputs: [{ name: "y", tensor: "float32", shape: ["N", 256] }],
  operations: [
    {
      operator: "DequantizeLinear",
      inputs: ["w", "s"],
      outputs: ["dw"],
      attributes: { axis: { int: 0 }, block_size: { int: 32 } },
    },
    { operator: "MatMul", inputs: ["x", "dw"], outputs: ["y"] },
  ],
  initializers: [
    {
      name: "w",
      type: "int4",
      shape: [256, 256],
      data: Uint8Array.from({ length: 32_768 }, (_, at) => (at * 73) % 251),
    },
    { name: "s", type: "float32", shape: [8, 256], data: new Float32Array(2048).fill(0.01) },
  ],
};

/** A constant of 4 MB made from a number. */
export const computedConstant: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["N", 1024] }],
  outputs: [{ name: "y", tensor: "float32", shape: ["N", 1024] }],
  operations: [
    {
      operator: "ConstantOfShape",
      inputs: ["shape"],
      outputs: ["w"],
      attributes: { value: { tensor: { name: "value", type: "float32", shape: [1], data: Float32Array.of(0.001) } } },
    },
    { operator: "MatMul", inputs: ["x", "w"], outputs: ["y"] },
  ],
  initializers: [{ name: "shape", type: "int64", shape: [2], data: BigInt64Array.of(1024n, 1024n) }],
};

/** Adds noise, another one each time. */
export const noisy: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["N", 64] }],
  outputs: [{ name: "y", tensor: "float32", shape: ["N", 64] }],
  operations: [
    { operator: "RandomUniformLike", inputs: ["x"], outputs: ["noise"] },
    { operator: "Add", inputs: ["x", "noise"], outputs: ["y"] },
  ],
};

/** Takes only vectors of 1000 numbers, and does not say so. */
export const particular: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["N"] }],
  outputs: [{ name: "y", tensor: "float32" }],
  operations: [
    { operator: "Reshape", inputs: ["x", "shape"], outputs: ["r"] },
    { operator: "MatMul", inputs: ["r", "w"], outputs: ["y"] },
  ],
  initializers: [
    { name: "shape", type: "int64", shape: [2], data: BigInt64Array.of(1n, 1000n) },
    weight("w", [1000, 8]),
  ],
};
