import { encodeModel } from "@virga/conformance/onnx-model";
import { type Tensors, tensor } from "@virga/core";
import { writeGraph } from "../models/graph.ts";
import { dense } from "../models/layers.ts";
import { generateModel } from "../models/model-file.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import type { RandomNumbers } from "../models/random-numbers.ts";

/** A model of the soak, in two versions that answer differently. */
export interface SoakModel {
  readonly name: string;
  /** The `.onnx` file of each version, version 1 first. */
  readonly versions: readonly [() => Uint8Array, () => Uint8Array];
  inputs(rows: number, random: RandomNumbers): Tensors;
}

/** Tiny, batched and large, convolutions, text. */
export const SOAK_MODELS: readonly SoakModel[] = [
  {
    name: "iris",
    versions: [() => classifier(16), () => classifier(24)],
    inputs: (rows, random) => ({ features: tensor("float32", [rows, 4], random.uniform(4 * rows, 3)) }),
  },
  {
    name: "layers",
    versions: [() => generateModel(multilayerPerceptron(25)), () => generateModel(multilayerPerceptron(20))],
    inputs: (rows, random) => ({ x: tensor("float32", [rows, 1024], random.uniform(1024 * rows, 1)) }),
  },
  {
    name: "image",
    versions: [() => convolutions(32), () => convolutions(48)],
    inputs: (rows, random) => ({ image: tensor("float32", [rows, 3, 32, 32], random.uniform(3072 * rows, 2)) }),
  },
  {
    name: "words",
    versions: [() => dictionary("one"), () => dictionary("two")],
    inputs: (rows, random) => ({
      word: tensor(
        "string",
        [rows],
        Array.from(random.uniform(rows, WORDS.length / 2), (each) => WORDS[Math.floor(each + WORDS.length / 2)] ?? ""),
      ),
    }),
  },
];

function classifier(hidden: number): Uint8Array {
  const graph = writeGraph("iris", [{ name: "features", tensor: "float32", shape: ["N", 4] }]);
  const scores = dense(graph, graph.operation("Relu", [dense(graph, "features", 4, hidden)]), hidden, 3);
  const probabilities = graph.operation("Softmax", [scores], { axis: { int: -1 } });
  return generateModel(graph.finish(probabilities, { name: "probabilities", tensor: "float32", shape: ["N", 3] }));
}

const PADDED = { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] } };

function convolutions(channels: number): Uint8Array {
  const graph = writeGraph("image", [{ name: "image", tensor: "float32", shape: ["N", 3, 32, 32] }]);
  const layer = (value: string, from: number): string => {
    const weights = [graph.weight([channels, from, 3, 3], 9 * from), graph.weight([channels], 9 * from)];
    return graph.operation("Relu", [graph.operation("Conv", [value, ...weights], PADDED)]);
  };
  const pooled = graph.operation("GlobalAveragePool", [layer(layer(layer("image", 3), channels), channels)]);
  const scores = dense(graph, graph.operation("Flatten", [pooled]), channels, 10);
  return generateModel(graph.finish(scores, { name: "scores", tensor: "float32", shape: ["N", 10] }));
}

const WORDS = ["iris", "setosa", "", "Grüße", "über", "a longer text with blanks", "数", "unknown"];

/** Every word but the last one is known. */
function dictionary(edition: string): Uint8Array {
  const keys = WORDS.slice(0, -1);
  return encodeModel({
    inputs: [{ name: "word", tensor: "string", shape: ["N"] }],
    outputs: [{ name: "meaning", tensor: "string", shape: ["N"] }],
    operations: [
      {
        operator: "LabelEncoder",
        domain: "ai.onnx.ml",
        inputs: ["word"],
        outputs: ["meaning"],
        attributes: {
          keys_strings: { texts: keys },
          values_strings: { texts: keys.map((key) => `${key} in edition ${edition}`) },
          default_string: { text: `none in edition ${edition}` },
        },
      },
    ],
    operatorSets: { "": 21, "ai.onnx.ml": 2 },
  });
}
