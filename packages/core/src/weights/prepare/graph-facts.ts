import { allGraphs, type GraphFile, type ModelFile, type NodeEntry } from "../onnx-file/model-file.ts";
import { dataSizeBytes, type TensorEntry } from "../onnx-file/tensor-entry.ts";

/** What decides how a model can be loaded, read off its graph. */
export interface GraphFacts {
  /** Some operator has another, faster form on a machine with the right layout, into which the runtime turns it. */
  readonly hasMachineLayouts: boolean;
  /** It already is in such a form, and so for one kind of machine only. */
  readonly isForOneMachine: boolean;
  /** Its int8 products have one form on x64 and another on ARM. */
  readonly isQuantized: boolean;
  /** Some machines compute in float16, others turn its weights into float32 first. */
  readonly isHalfPrecision: boolean;
  /** Without packed weights some operator is many times slower. */
  readonly needsPacking: boolean;
  /** Bytes of the weights that the runtime copies when it packs. */
  readonly packedBytes: number;
}

const LAYOUT_DOMAIN = "com.microsoft.nchwc";
/** Float operators of the layout transformation, and those of the channels-last one. */
const CONVOLUTIONS: ReadonlySet<string> = new Set(["Conv", "FusedConv", "QLinearConv"]);
const POOLS: ReadonlySet<string> = new Set(["MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool"]);
const PLANE_WEIGHT_RANK = 4;
/** 15 to 50 times slower without: they unpack each block of weights again in every run. */
const SLOW_UNPACKED: ReadonlySet<string> = new Set(["MatMulNBits", "MatMulBnb4", "QMoE", "DynamicQuantizeLSTM"]);
/** Operators whose kernels pack a constant matrix. */
const PACKING: ReadonlySet<string> = new Set([
  ...SLOW_UNPACKED,
  ...["MatMul", "FusedMatMul", "Gemm", "FusedGemm", "Attention", "LSTM", "GRU", "ConvTranspose"],
  ...["MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "QLinearMatMul", "QGemm"],
  ...["QLinearConv", "QAttention"],
]);
const FLOAT16 = 10;

/** Reads the facts off a model's graphs. */
export function graphFacts(model: ModelFile): GraphFacts {
  const graphs = allGraphs(model);
  const nodes = graphs.flatMap((graph) => graph.nodes);
  const weights = new Map(graphs.flatMap((graph) => graph.initializers.map((tensor) => [tensor.name, tensor])));
  return {
    hasMachineLayouts: nodes.some((node) => hasMachineLayout(node, weights)),
    isForOneMachine: nodes.some((node) => node.domain === LAYOUT_DOMAIN),
    isQuantized: nodes.some((node) => /quantize|qlinear/i.test(node.operator)),
    isHalfPrecision: graphs.some((graph) => graph.elementTypes.has(FLOAT16)),
    needsPacking: nodes.some((node) => SLOW_UNPACKED.has(node.operator)),
    packedBytes: packedBytes(graphs),
  };
}

function hasMachineLayout({ operator, inputs }: NodeEntry, weights: ReadonlyMap<string, TensorEntry>): boolean {
  if (POOLS.has(operator)) return true;
  return CONVOLUTIONS.has(operator) && inputs.some((name) => weights.get(name)?.shape.length === PLANE_WEIGHT_RANK);
}

function packedBytes(graphs: readonly GraphFile[]): number {
  const packed = new Set(
    graphs.flatMap((graph) => graph.nodes.flatMap((node) => (PACKING.has(node.operator) ? node.inputs : []))),
  );
  const matrices = graphs.flatMap((graph) =>
    graph.initializers.filter(({ name, shape }) => packed.has(name) && shape.length >= 2),
  );
  return matrices.reduce((sum, tensor) => sum + (dataSizeBytes(tensor) ?? 0), 0);
}
