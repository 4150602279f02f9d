import type { TensorEntry } from "./tensor-entry.ts";

/** An input or output of a graph as the file declares it. */
export interface DeclaredValue {
  readonly name: string;
  /** Sizes, names of free dimensions, `null` for unnamed free ones; absent where the rank is unknown or it is no tensor. */
  readonly shape?: readonly (number | string | null)[];
}

/** One operation of a graph. */
export interface NodeEntry {
  readonly operator: string;
  /** Empty for ONNX itself. */
  readonly domain: string;
  readonly inputs: readonly string[];
}

/** A graph without the elements of its weights. */
export interface GraphFile {
  readonly inputs: readonly DeclaredValue[];
  readonly outputs: readonly DeclaredValue[];
  readonly nodes: readonly NodeEntry[];
  readonly initializers: readonly TensorEntry[];
  /** Constants that are no initialisers: attributes, sparse ones. */
  readonly otherTensors: readonly TensorEntry[];
  /** Every `TensorProto.DataType` that values of the graph are declared with. */
  readonly elementTypes: ReadonlySet<number>;
  /** Branches and loop bodies, and theirs in turn. */
  readonly subgraphs: readonly GraphFile[];
}

/** What an `.onnx` file says of itself. */
export interface ModelFile {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  /** Version of each operator set by domain; ONNX itself has the domain "". */
  readonly operatorSets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: GraphFile;
  /** Nodes and constants of the functions that the model brings along. */
  readonly functions: readonly GraphFile[];
}

/** Every graph of a model: the main one, branches, loop bodies and functions. */
export function allGraphs({ graph, functions }: Pick<ModelFile, "graph" | "functions">): GraphFile[] {
  const withSubgraphs = (each: GraphFile): GraphFile[] => [each, ...each.subgraphs.flatMap(withSubgraphs)];
  return [graph, ...functions].flatMap(withSubgraphs);
}

/** The files beside the model that it keeps weights in, sorted. */
export function externalLocations(model: ModelFile): string[] {
  const tensors = allGraphs(model).flatMap(({ initializers, otherTensors }) => [...initializers, ...otherTensors]);
  const locations = tensors.flatMap(({ storage }) => (storage.kind === "external" ? [storage.location] : []));
  return [...new Set(locations)].sort();
}
