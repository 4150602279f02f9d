import { type Graph, writeGraph } from "./graph.ts";

const CHANNELS = 1024;
const LAYER_BYTES = (CHANNELS * CHANNELS + CHANNELS) * Float32Array.BYTES_PER_ELEMENT;

/**
 * Convolutions of 1024 channels over a single point, `float32[N, 1024]` → the same: the weights of `multilayerPerceptron`
 * in an operator that every kind of processor has in a layout of its own.
 *
 * @param megabytes At least this many million bytes, less than a layer (4.2) above.
 */
export function convolutionStack(megabytes: number): Graph {
  const graph = writeGraph(`conv-${megabytes}`, [{ name: "x", tensor: "float32", shape: ["N", CHANNELS] }]);
  let value = graph.operation("Reshape", ["x", graph.constant("int64", [4], [0, CHANNELS, 1, 1])]);
  for (let layer = 0; layer < Math.ceil((megabytes * 1e6) / LAYER_BYTES); layer++) {
    const weights = [graph.weight([CHANNELS, CHANNELS, 1, 1], CHANNELS), graph.weight([CHANNELS], CHANNELS)];
    value = graph.operation("Relu", [graph.operation("Conv", [value, ...weights])]);
  }
  const flat = graph.operation("Flatten", [value]);
  return graph.finish(flat, { name: "y", tensor: "float32", shape: ["N", CHANNELS] });
}
