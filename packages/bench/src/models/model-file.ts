import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { encodeModel, type Initializer } from "@virga/conformance/onnx-model";
import { type ConstantWeight, elementCount, type Graph } from "./graph.ts";
import { RandomNumbers } from "./random-numbers.ts";

const SEED = 1;
/** To be raised when the same graph gives other bytes: other random numbers, another way to write the file. */
const EDITION = 1;

/** Where generated models are kept between runs: outside the tree, where the system's cleaners expect caches. */
export const DEFAULT_CACHE: string = join(homedir(), ".cache", "virga-bench");

/** The path of a graph's `.onnx` file, generated unless the cache has it; its name changes with its content. */
export function modelFile(graph: Graph, directory: string = DEFAULT_CACHE): string {
  const key = createHash("sha256").update(JSON.stringify({ graph, SEED, EDITION })).digest("hex").slice(0, 16);
  const path = join(directory, `${graph.name}-${key}.onnx`);
  if (existsSync(path)) return path;
  mkdirSync(directory, { recursive: true });
  // Renamed when whole, so that a run cut short leaves no half model and two runs at once do not meet.
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, generateModel(graph));
  renameSync(draft, path);
  return path;
}

/** The `.onnx` file of a graph, the same bytes every time. */
export function generateModel(graph: Graph): Uint8Array {
  const random = new RandomNumbers(SEED);
  const randoms = graph.randoms.map(({ name, shape, limit }): Initializer => {
    return { name, type: "float32", shape, data: random.uniform(elementCount(shape), limit) };
  });
  return encodeModel({
    inputs: graph.inputs,
    outputs: graph.outputs,
    operations: graph.operations,
    initializers: [...graph.constants.map(toInitializer), ...randoms],
  });
}

function toInitializer({ name, type, shape, values }: ConstantWeight): Initializer {
  const data = type === "int64" ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
  return { name, type, shape, data };
}
