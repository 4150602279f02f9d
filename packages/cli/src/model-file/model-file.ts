import { closeSync, fstatSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createFileWindow, type Field, type FileWindow, fieldsOf } from "./protobuf-fields.ts";

/** What a model file says about itself, read without loading it. */
export interface ModelFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** The program that wrote it, with its version. */
  readonly producer?: string;
  /** Version of each operator set by domain; `ai.onnx` is ONNX's own. */
  readonly operatorSets: Readonly<Record<string, number>>;
  /** Files that hold weights of this model, absolute. */
  readonly externalPaths: readonly string[];
}

/** Reads the header of an `.onnx` file; a file that is none has no operator sets. @throws Error when it cannot be read. */
export function readModelFile(path: string): ModelFile {
  const descriptor = openSync(path, "r");
  try {
    const sizeBytes = fstatSync(descriptor).size;
    const nothing = { path, sizeBytes, operatorSets: {}, externalPaths: [] };
    try {
      return { ...nothing, ...readModel(createFileWindow(descriptor), sizeBytes, path) };
    } catch (error) {
      if (error instanceof RangeError) return nothing;
      throw error;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Field numbers of `ModelProto`; source: onnx/onnx.proto. */
const MODEL = { producerName: 2, producerVersion: 3, graph: 7, operatorSet: 8 } as const;

function readModel(window: FileWindow, sizeBytes: number, path: string): Partial<ModelFile> {
  const operatorSets: Record<string, number> = {};
  const locations = new Set<string>();
  const producer: string[] = [];
  for (const field of fieldsOf(window, 0, sizeBytes)) {
    if (field.number === MODEL.producerName || field.number === MODEL.producerVersion) {
      producer.push(window.textAt(field.start, field.end));
    } else if (field.number === MODEL.operatorSet) {
      const { domain, version } = readOperatorSet(window, field);
      operatorSets[domain] = version;
    } else if (field.number === MODEL.graph) {
      for (const location of externalLocations(window, field, "graph")) locations.add(location);
    }
  }
  const written = producer.filter((part) => part !== "").join(" ");
  return {
    ...(written === "" ? {} : { producer: written }),
    operatorSets,
    externalPaths: [...locations].map((location) => resolve(dirname(path), location)),
  };
}

function readOperatorSet(window: FileWindow, set: Field): { domain: string; version: number } {
  let domain = "";
  let version = 0;
  for (const field of fieldsOf(window, set.start, set.end)) {
    if (field.number === 1) domain = window.textAt(field.start, field.end);
    if (field.number === 2) version = field.value;
  }
  return { domain: domain === "" ? "ai.onnx" : domain, version };
}

type MessageName = "graph" | "node" | "attribute" | "tensor";

/** Which fields of each message can hold a tensor, however deep; source: onnx/onnx.proto. */
const WAYS_TO_TENSORS: Readonly<Record<MessageName, Readonly<Record<number, MessageName>>>> = {
  graph: { 1: "node", 5: "tensor" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph" },
  tensor: {},
};
const EXTERNAL_DATA = 13;

function* externalLocations(window: FileWindow, message: Field, name: MessageName): Generator<string> {
  for (const field of fieldsOf(window, message.start, message.end)) {
    const next = WAYS_TO_TENSORS[name][field.number];
    if (next !== undefined) yield* externalLocations(window, field, next);
    if (name === "tensor" && field.number === EXTERNAL_DATA) yield* locationIn(window, field);
  }
}

function* locationIn(window: FileWindow, entry: Field): Generator<string> {
  const [key, value] = [...fieldsOf(window, entry.start, entry.end)];
  if (key === undefined || value === undefined) return;
  if (window.textAt(key.start, key.end) === "location") yield window.textAt(value.start, value.end);
}
