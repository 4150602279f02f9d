import { type Graph, type GraphWriter, writeGraph } from "./graph.ts";

/** Output channels and stride of each pair of depthwise and pointwise convolutions; source: arXiv 1704.04861, table 1. */
const PAIRS: readonly (readonly [channels: number, stride: number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
];
const FIRST_CHANNELS = 32;
const CLASSES = 1000;

/** MobileNet V1, batch normalisation folded in: `float32[N, 3, 224, 224]` → `float32[N, 1000]`, 17 MB. */
export function mobilenet(): Graph {
  const graph = writeGraph("mobilenet", [{ name: "image", tensor: "float32", shape: ["N", 3, 224, 224] }]);
  let channels = FIRST_CHANNELS;
  let value = convolution(graph, "image", { from: 3, to: channels, kernel: 3, stride: 2, groups: 1 });
  for (const [to, stride] of PAIRS) {
    value = convolution(graph, value, { from: channels, to: channels, kernel: 3, stride, groups: channels });
    value = convolution(graph, value, { from: channels, to, kernel: 1, stride: 1, groups: 1 });
    channels = to;
  }
  const pooled = graph.operation("Flatten", [graph.operation("GlobalAveragePool", [value])]);
  const weights = [graph.weight([channels, CLASSES], channels), graph.weight([CLASSES], channels)];
  const scores = graph.operation("Gemm", [pooled, ...weights]);
  return graph.finish(scores, { name: "scores", tensor: "float32", shape: ["N", CLASSES] });
}

interface Convolution {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride: number;
  readonly groups: number;
}

function convolution(graph: GraphWriter, value: string, { from, to, kernel, stride, groups }: Convolution): string {
  const fanIn = (from / groups) * kernel * kernel;
  const weights = [graph.weight([to, from / groups, kernel, kernel], fanIn), graph.weight([to], fanIn)];
  const padding = (kernel - 1) / 2;
  const result = graph.operation("Conv", [value, ...weights], {
    kernel_shape: { ints: [kernel, kernel] },
    strides: { ints: [stride, stride] },
    pads: { ints: [padding, padding, padding, padding] },
    group: { int: groups },
  });
  return graph.operation("Relu", [result]);
}
