import { type Graph, type GraphWriter, writeGraph } from "./graph.ts";
import { dense } from "./layers.ts";

const LAYERS = 6;
const WIDTH = 384;
const HEADS = 12;
const HEAD_WIDTH = WIDTH / HEADS;
const FEED_FORWARD_WIDTH = 4 * WIDTH;
/** Smaller than MiniLM's 30,522: rows of a table are looked up, so their number costs disk and no time. */
const VOCABULARY = 2000;
const POSITIONS = 512;
/** What a masked position adds to its score: nothing is left of it after the softmax. */
const MASKED = -10_000;

/** MiniLM's shape: `int64[N, S]` ids and mask → `float32[N, S, 384]`, 6 layers, 46 MB. */
export function transformer(): Graph {
  const graph = writeGraph("transformer", [
    { name: "input_ids", tensor: "int64", shape: ["N", "S"] },
    { name: "attention_mask", tensor: "int64", shape: ["N", "S"] },
  ]);
  const mask = additiveMask(graph);
  let value = embeddings(graph);
  for (let layer = 0; layer < LAYERS; layer++) {
    value = normalise(graph, graph.operation("Add", [value, attention(graph, value, mask)]));
    value = normalise(graph, graph.operation("Add", [value, feedForward(graph, value)]));
  }
  return graph.finish(value, { name: "last_hidden_state", tensor: "float32", shape: ["N", "S", WIDTH] });
}

function embeddings(graph: GraphWriter): string {
  const words = graph.operation("Gather", [graph.weight([VOCABULARY, WIDTH], 1), "input_ids"]);
  const length = graph.operation("Shape", ["input_ids"], { start: { int: 1 } });
  const zero = graph.constant("int64", [1], [0]);
  const positions = graph.operation("Slice", [graph.weight([POSITIONS, WIDTH], 1), zero, length, zero]);
  return normalise(graph, graph.operation("Add", [words, positions]));
}

/** 0 where the mask is 1, far below every score where it is 0; `float32[N, 1, 1, S]`. */
function additiveMask(graph: GraphWriter): string {
  const mask = graph.operation("Cast", ["attention_mask"], { to: { int: 1 } });
  const inverted = graph.operation("Sub", [graph.constant("float32", [], [1]), mask]);
  const scaled = graph.operation("Mul", [inverted, graph.constant("float32", [], [MASKED])]);
  return graph.operation("Unsqueeze", [scaled, graph.constant("int64", [2], [1, 2])]);
}

function attention(graph: GraphWriter, value: string, mask: string): string {
  const split = graph.constant("int64", [4], [0, 0, HEADS, HEAD_WIDTH]);
  const head = (order: readonly number[]): string => {
    const parts = graph.operation("Reshape", [dense(graph, value, WIDTH, WIDTH), split]);
    return graph.operation("Transpose", [parts], { perm: { ints: order } });
  };
  const query = head([0, 2, 1, 3]);
  const products = graph.operation("MatMul", [query, head([0, 2, 3, 1])]);
  const scaled = graph.operation("Mul", [products, graph.constant("float32", [], [1 / Math.sqrt(HEAD_WIDTH)])]);
  const shares = graph.operation("Softmax", [graph.operation("Add", [scaled, mask])], { axis: { int: -1 } });
  const mixed = graph.operation("MatMul", [shares, head([0, 2, 1, 3])]);
  const ordered = graph.operation("Transpose", [mixed], { perm: { ints: [0, 2, 1, 3] } });
  const joined = graph.operation("Reshape", [ordered, graph.constant("int64", [3], [0, 0, WIDTH])]);
  return dense(graph, joined, WIDTH, WIDTH);
}

function feedForward(graph: GraphWriter, value: string): string {
  const wide = dense(graph, value, WIDTH, FEED_FORWARD_WIDTH);
  return dense(graph, graph.operation("Gelu", [wide]), FEED_FORWARD_WIDTH, WIDTH);
}

function normalise(graph: GraphWriter, value: string): string {
  const gain = graph.constant("float32", [WIDTH], new Array<number>(WIDTH).fill(1));
  return graph.operation("LayerNormalization", [value, gain], { axis: { int: -1 } });
}
