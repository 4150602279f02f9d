import { InferenceError } from "../errors.ts";
import { FIXED_ELEMENTS, type FixedElementType } from "../tensor/element-type.ts";
import { type Tensor, type Tensors, tensor } from "../tensor/tensor.ts";

/**
 * Joins the inputs of requests with the same key, `[rows, …]` each, to `[sum of rows, …]`, in their order.
 *
 * The result owns its buffers; the inputs are read only.
 */
export function joinInputs(parts: readonly Tensors[]): Tensors {
  const joined: Record<string, Tensor> = Object.create(null);
  for (const name of Object.keys(parts[0] ?? {})) {
    joined[name] = joinTensors(parts.map((part) => part[name] ?? missing(name)));
  }
  return joined;
}

function joinTensors(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new InferenceError("INTERNAL", "Nothing was given to be joined.");
  const shape = [parts.reduce((rows, part) => rows + (part.shape[0] ?? 0), 0), ...first.shape.slice(1)];
  if (first.type === "string") return tensor("string", shape, parts.flatMap(stringsOf));
  return tensor(first.type, shape, joinElements(first.type, parts));
}

function joinElements<Type extends FixedElementType>(type: Type, parts: readonly Tensor[]): Tensor<Type>["data"] {
  const { array, sizeBytes } = FIXED_ELEMENTS[type];
  const length = parts.reduce((sum, { data }) => sum + data.length, 0);
  // Not zeroed, since every byte is written; a buffer of its own, so that it can be transferred.
  const bytes = Buffer.allocUnsafeSlow(length * sizeBytes);
  let offset = 0;
  for (const part of parts) {
    const partBytes = bytesOf(part, type);
    bytes.set(partBytes, offset);
    offset += partBytes.byteLength;
  }
  return new array(bytes.buffer, 0, length);
}

function bytesOf(part: Tensor, type: FixedElementType): Uint8Array {
  if (part.type === "string" || part.type !== type) throw differentTypes(type, part.type);
  return new Uint8Array(part.data.buffer, part.data.byteOffset, part.data.byteLength);
}

function stringsOf(part: Tensor): readonly string[] {
  if (part.type === "string") return part.data;
  throw differentTypes("string", part.type);
}

function differentTypes(one: string, other: string): InferenceError {
  return new InferenceError("INTERNAL", `Inputs of the types ${one} and ${other} were joined.`);
}

function missing(name: string): never {
  throw new InferenceError("INTERNAL", `Requests were joined of which one has no input ${JSON.stringify(name)}.`);
}
