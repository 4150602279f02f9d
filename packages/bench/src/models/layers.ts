import type { GraphWriter } from "./graph.ts";

/** A fully connected layer: product and bias. */
export function dense(graph: GraphWriter, value: string, from: number, to: number): string {
  const product = graph.operation("MatMul", [value, graph.weight([from, to], from)]);
  return graph.operation("Add", [product, graph.weight([to], from)]);
}
