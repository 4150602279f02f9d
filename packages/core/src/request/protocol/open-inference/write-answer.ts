import { toDatatype } from "../../../tensor/element-type.ts";
import type { Tensors } from "../../../tensor/tensor.ts";
import { type Answer, jsonAnswer } from "../../answer.ts";
import { TensorValues } from "../../json/tensor-text.ts";
import { type JsonOutput, writeJson } from "../../json/write-json.ts";
import type { ModelIdentity } from "../protocol.ts";
import { selectOutputs } from "../select-outputs.ts";
import { tensorToBytes } from "../tensor-bytes.ts";
import { INFERENCE_HEADER } from "./inference-header.ts";
import type { OutputChoice } from "./read-outputs.ts";

const HEADER_NAME = INFERENCE_HEADER.toLowerCase();
const SPACE = 0x20;
/** The first binary tensor begins at a multiple of this, so that a client can use it where it is. */
const ALIGNMENT_BYTES = 8;

/** The answer to an inference request; binary tensors follow the JSON in the order of the outputs. */
export function writeAnswer(
  outputs: Tensors,
  choice: OutputChoice,
  model: ModelIdentity,
  id: string | undefined,
): Answer {
  const parts: Uint8Array[] = [];
  const described = selectOutputs(outputs, choice.names).map(([name, output]): JsonOutput => {
    const metadata = { name, datatype: toDatatype(output.type), shape: output.shape };
    if (!choice.isBinary(name)) return { ...metadata, data: TensorValues.flat(output) };
    const bytes = tensorToBytes(output);
    parts.push(bytes);
    return { ...metadata, parameters: { binary_data_size: bytes.byteLength } };
  });
  const document = { model_name: model.name, model_version: model.version, id, outputs: described };
  return parts.length === 0 ? jsonAnswer(document) : binaryAnswer(writeJson(document), parts);
}

/** The answer to a raw request: the same, with every output binary. */
export function writeRawAnswer(outputs: Tensors, model: ModelIdentity): Answer {
  return writeAnswer(outputs, { isBinary: (): boolean => true }, model, undefined);
}

function binaryAnswer(json: Uint8Array, parts: readonly Uint8Array[]): Answer {
  const jsonSize = Math.ceil(json.byteLength / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const body = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, jsonSize));
  body.set(json);
  body.fill(SPACE, json.byteLength, jsonSize);
  let position = jsonSize;
  for (const part of parts) {
    body.set(part, position);
    position += part.byteLength;
  }
  const headers = { "content-type": "application/octet-stream", [HEADER_NAME]: String(jsonSize) };
  return { status: 200, headers, body };
}
