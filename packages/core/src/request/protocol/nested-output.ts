import { Buffer } from "node:buffer";
import { TensorValues } from "../json/tensor-text.ts";
import type { JsonOutput } from "../json/write-json.ts";

/** Outputs of this name hold bytes. Source: TensorFlow Serving, "Encoding binary values". */
const BYTES_SUFFIX = "_bytes";

/** Values as lists in lists; those of outputs that hold bytes as `{"b64": "…"}`. */
export function nestedOutput(name: string, values: TensorValues): JsonOutput {
  return values.tensor.type === "string" && name.endsWith(BYTES_SUFFIX) ? encoded(values.tensor.data, values) : values;
}

function encoded(strings: readonly string[], { tensor, shape, first }: TensorValues): JsonOutput {
  const [size, ...inner] = shape;
  if (size === undefined) return { b64: Buffer.from(strings[first] ?? "", "utf8").toString("base64") };
  const innerCount = inner.reduce((product, each) => product * each, 1);
  return Array.from({ length: size }, (_, index) =>
    encoded(strings, new TensorValues(tensor, inner, first + index * innerCount)),
  );
}
