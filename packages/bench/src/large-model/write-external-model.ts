import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { encodeModel, type Initializer } from "@virga/conformance/onnx-model";
import { elementCount, type Graph } from "../models/graph.ts";
import { RandomNumbers } from "../models/random-numbers.ts";

const SEED = 1;
const DATA = "weights.data";

/**
 * Writes a graph whose random weights lie in a file beside it, as a model beyond 2 GB must have them; memory does not
 * grow with their number.
 *
 * @returns the path of the `.onnx` file.
 */
export function writeExternalModel({ name, inputs, outputs, operations, randoms }: Graph, folder: string): string {
  const random = new RandomNumbers(SEED);
  const data = openSync(join(folder, DATA), "wx");
  const initializers: Initializer[] = [];
  let offset = 0;
  try {
    for (const { name: weight, shape, limit } of randoms) {
      const numbers = random.uniform(elementCount(shape), limit);
      const bytes = Buffer.from(numbers.buffer);
      for (let written = 0; written < bytes.length; ) written += writeSync(data, bytes, written);
      const place = { location: DATA, offset, sizeBytes: bytes.length };
      initializers.push({ name: weight, type: "float32", shape, data: place });
      offset += bytes.length;
    }
  } finally {
    closeSync(data);
  }
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, encodeModel({ inputs, outputs, operations, initializers }));
  return path;
}
