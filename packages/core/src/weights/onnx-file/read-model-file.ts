import { InferenceError } from "../../errors.ts";
import { type ByteSource, type Extent, withFile } from "./byte-source.ts";
import { corrupt, type Field, MessageReader } from "./message-reader.ts";
import type { DeclaredValue, GraphFile, ModelFile, NodeEntry } from "./model-file.ts";
import { readTensorEntry, readTextEntry, type TensorEntry } from "./tensor-entry.ts";

/** As protobuf's own readers have it. */
const DEEPEST_NESTING = 100;
/** More than any exporter writes; a file of nothing but tiny entries would fill the memory. */
const MOST_ENTRIES = 4_000_000;

/**
 * Reads the model file there. Weights are passed over, so that memory does not grow with them.
 *
 * @throws InferenceError `WEIGHTS_MISSING` when it cannot be read, `WEIGHTS_CORRUPT` when it is no model, and
 * `MODEL_UNSUPPORTED` when it names a data file outside of its folder.
 */
export function readModelFile(path: string): ModelFile {
  try {
    return withFile(path, parseModel);
  } catch (error) {
    if (InferenceError.is(error) || !(error instanceof Error && "code" in error)) throw error;
    const message = `The model file cannot be read (${String(error.code)}).`;
    throw new InferenceError("WEIGHTS_MISSING", message, { cause: error });
  }
}

/** Reads a model; see `readModelFile`. */
export function parseModel(source: ByteSource): ModelFile {
  const reader = new MessageReader(source);
  const parser = new GraphParser(reader);
  const operatorSets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const functions: GraphFile[] = [];
  let irVersion = 0;
  let producerName = "";
  let producerVersion = "";
  let graph: GraphFile | undefined;
  for (const field of reader.fields(reader.everything)) {
    switch (field.number) {
      case 1:
        irVersion = Number(field.integer);
        break;
      case 2:
        producerName = reader.text(field.content);
        break;
      case 3:
        producerVersion = reader.text(field.content);
        break;
      case 7:
        graph = parser.graph(field.content, 0);
        break;
      case 8:
        operatorSets.set(...readOperatorSet(reader, field.content));
        break;
      case 14:
        metadata.set(...readTextEntry(reader, field.content));
        break;
      case 25:
        functions.push(parser.functionBody(field.content));
        break;
    }
  }
  if (graph === undefined) throw corrupt("holds no graph");
  return {
    irVersion,
    producerName,
    producerVersion,
    operatorSets: Object.fromEntries(operatorSets),
    metadata: Object.fromEntries(metadata),
    graph,
    functions,
  };
}

function readOperatorSet(reader: MessageReader, extent: Extent): [domain: string, version: number] {
  let domain = "";
  let version = 0;
  for (const field of reader.fields(extent)) {
    if (field.number === 1) domain = reader.text(field.content);
    else if (field.number === 2) version = Number(field.integer);
  }
  return [toDomain(domain), version];
}

/** ONNX itself has two names. */
function toDomain(name: string): string {
  return name === "ai.onnx" ? "" : name;
}

/** Everything of a graph that grows while it is read. */
class GraphDraft implements GraphFile {
  readonly inputs: DeclaredValue[] = [];
  readonly outputs: DeclaredValue[] = [];
  readonly nodes: NodeEntry[] = [];
  readonly initializers: TensorEntry[] = [];
  readonly otherTensors: TensorEntry[] = [];
  readonly elementTypes: Set<number> = new Set();
  readonly subgraphs: GraphFile[] = [];
}

/** Reads graphs and what is in them. Source of all field numbers: onnx/onnx.proto. */
class GraphParser {
  readonly #reader: MessageReader;
  #entries = 0;

  constructor(reader: MessageReader) {
    this.#reader = reader;
  }

  graph(extent: Extent, depth: number): GraphFile {
    if (depth > DEEPEST_NESTING) throw corrupt(`nests graphs more than ${DEEPEST_NESTING} deep`);
    const draft = new GraphDraft();
    for (const field of this.#reader.fields(extent)) this.#graphField(field, draft, depth);
    for (const { elementType } of draft.initializers) draft.elementTypes.add(elementType);
    return draft;
  }

  functionBody(extent: Extent): GraphFile {
    const draft = new GraphDraft();
    for (const field of this.#reader.fields(extent)) {
      if (field.number === 7) this.#node(field.content, draft, 0);
    }
    return draft;
  }

  #graphField(field: Field, draft: GraphDraft, depth: number): void {
    this.#count();
    if (field.number === 1) this.#node(field.content, draft, depth);
    else if (field.number === 5) draft.initializers.push(readTensorEntry(this.#reader, field.content));
    else if (field.number === 11) draft.inputs.push(this.#value(field.content, draft));
    else if (field.number === 12) draft.outputs.push(this.#value(field.content, draft));
    else if (field.number === 13) this.#value(field.content, draft);
    else if (field.number === 15) this.#sparseTensor(field.content, draft);
  }

  #node(extent: Extent, draft: GraphDraft, depth: number): void {
    const inputs: string[] = [];
    let operator = "";
    let domain = "";
    for (const field of this.#reader.fields(extent)) {
      if (field.number === 1) inputs.push(this.#reader.text(field.content));
      else if (field.number === 4) operator = this.#reader.text(field.content);
      else if (field.number === 5) this.#attribute(field.content, draft, depth);
      else if (field.number === 7) domain = this.#reader.text(field.content);
    }
    draft.nodes.push({ operator, domain: toDomain(domain), inputs });
  }

  #attribute(extent: Extent, draft: GraphDraft, depth: number): void {
    for (const field of this.#reader.fields(extent)) {
      if (field.number === 5 || field.number === 10) this.#otherTensor(field.content, draft);
      else if (field.number === 6 || field.number === 11) draft.subgraphs.push(this.graph(field.content, depth + 1));
      else if (field.number === 22 || field.number === 23) this.#sparseTensor(field.content, draft);
    }
  }

  #sparseTensor(extent: Extent, draft: GraphDraft): void {
    for (const field of this.#reader.fields(extent)) {
      if (field.number === 1 || field.number === 2) this.#otherTensor(field.content, draft);
    }
  }

  #otherTensor(extent: Extent, draft: GraphDraft): void {
    this.#count();
    const tensor = readTensorEntry(this.#reader, extent);
    draft.otherTensors.push(tensor);
    draft.elementTypes.add(tensor.elementType);
  }

  #value(extent: Extent, draft: GraphDraft): DeclaredValue {
    let name = "";
    let shape: DeclaredValue["shape"];
    for (const field of this.#reader.fields(extent)) {
      if (field.number === 1) name = this.#reader.text(field.content);
      else if (field.number === 2) shape = this.#type(field.content, draft, 0);
    }
    return { name, ...(shape === undefined ? {} : { shape }) };
  }

  /** The shape, if it is a tensor of known rank. */
  #type(extent: Extent, draft: GraphDraft, depth: number): DeclaredValue["shape"] {
    if (depth > DEEPEST_NESTING) throw corrupt(`nests types more than ${DEEPEST_NESTING} deep`);
    let shape: DeclaredValue["shape"];
    for (const { number, content } of this.#reader.fields(extent)) {
      if (number === 1) shape = this.#tensorType(content, draft);
      else if (number === 4 || number === 5 || number === 9) this.#elementOf(content, draft, depth);
    }
    return shape;
  }

  /** A sequence's or optional's element lies in field 1, a map's value in field 2, both as a type. */
  #elementOf(extent: Extent, draft: GraphDraft, depth: number): void {
    for (const field of this.#reader.fields(extent)) {
      if (field.isContent) this.#type(field.content, draft, depth + 1);
    }
  }

  #tensorType(extent: Extent, draft: GraphDraft): DeclaredValue["shape"] {
    let shape: DeclaredValue["shape"];
    for (const field of this.#reader.fields(extent)) {
      if (field.number === 1) draft.elementTypes.add(Number(field.integer));
      else if (field.number === 2) shape = this.#shape(field.content);
    }
    return shape;
  }

  #shape(extent: Extent): (number | string | null)[] {
    const shape: (number | string | null)[] = [];
    for (const field of this.#reader.fields(extent)) {
      if (field.number === 1) shape.push(this.#dimension(field.content));
    }
    return shape;
  }

  #dimension(extent: Extent): number | string | null {
    let dimension: number | string | null = null;
    for (const field of this.#reader.fields(extent)) {
      if (field.number === 1 && !field.isContent) dimension = field.integer < 0n ? null : Number(field.integer);
      else if (field.number === 2) dimension = this.#reader.text(field.content) || null;
    }
    return dimension;
  }

  #count(): void {
    this.#entries += 1;
    if (this.#entries > MOST_ENTRIES) throw corrupt(`has more than ${MOST_ENTRIES} entries`);
  }
}
