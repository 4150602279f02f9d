import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { externalLocations, readModelFile } from "@virga/core/weights";

/** What a model file says about itself, as far as it is an `.onnx` file. */
export interface ModelFacts {
  readonly sizeBytes: number;
  /** The program that wrote it, with its version. */
  readonly producer?: string;
  /** Version of each operator set by domain; `ai.onnx` is ONNX's own. */
  readonly operatorSets: Readonly<Record<string, number>>;
  /** Files that hold weights of this model, absolute. */
  readonly externalPaths: readonly string[];
}

/** Reads a model's header without its weights; `undefined` where the file is no readable `.onnx` file. */
export function readModelFacts(path: string): ModelFacts | undefined {
  try {
    const model = readModelFile(path);
    const producer = `${model.producerName} ${model.producerVersion}`.trim();
    const operatorSets = Object.entries(model.operatorSets).map(([domain, version]) => [domain || "ai.onnx", version]);
    return {
      sizeBytes: statSync(path).size,
      ...(producer === "" ? {} : { producer }),
      operatorSets: Object.fromEntries(operatorSets),
      externalPaths: externalLocations(model).map((location) => resolve(dirname(path), location)),
    };
  } catch (error) {
    if (InferenceError.is(error)) return undefined;
    throw error;
  }
}
