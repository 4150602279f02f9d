import type { Value } from "@virga/conformance/onnx-model";
import { type Graph, type GraphWriter, writeGraph } from "./graph.ts";
import { dense } from "./layers.ts";

/** As small as a model of use can be: `float32[N, 4]` → `float32[N, 3]`, the shape of an iris classifier. */
export function tinyClassifier(): Graph {
  const graph = writeGraph("tiny", [{ name: "features", tensor: "float32", shape: ["N", 4] }]);
  const hidden = graph.operation("Relu", [dense(graph, "features", 4, 16)]);
  const probabilities = graph.operation("Softmax", [dense(graph, hidden, 16, 3)], { axis: { int: -1 } });
  return graph.finish(probabilities, { name: "probabilities", tensor: "float32", shape: ["N", 3] });
}

const WIDTH = 1024;
const LAYER_BYTES = (WIDTH * WIDTH + WIDTH) * Float32Array.BYTES_PER_ELEMENT;

/**
 * Layers of width 1024, `float32[N, 1024]` → the same: nearly all of it is weights, as a load or a download wants it.
 *
 * @param megabytes At least this many million bytes, less than a layer (4.2) above.
 */
export function multilayerPerceptron(megabytes: number): Graph {
  const graph = startLayers(`mlp-${megabytes}`);
  return graph.finish(layers(graph, megabytes), OUTPUT);
}

/** As `multilayerPerceptron`, with noise too small to matter: no two answers are the same, so that it is not prepared. */
export function noisyPerceptron(megabytes: number): Graph {
  const graph = startLayers(`noisy-${megabytes}`);
  const value = layers(graph, megabytes);
  const noise = graph.operation("RandomUniformLike", [value], { low: { float: 0 }, high: { float: 1e-7 } });
  return graph.finish(graph.operation("Add", [value, noise]), OUTPUT);
}

const OUTPUT: Value = { name: "y", tensor: "float32", shape: ["N", WIDTH] };

function startLayers(name: string): GraphWriter {
  return writeGraph(name, [{ name: "x", tensor: "float32", shape: ["N", WIDTH] }]);
}

function layers(graph: GraphWriter, megabytes: number): string {
  let value = "x";
  for (let layer = 0; layer < Math.ceil((megabytes * 1e6) / LAYER_BYTES); layer++) {
    value = graph.operation("Relu", [dense(graph, value, WIDTH, WIDTH)]);
  }
  return value;
}
