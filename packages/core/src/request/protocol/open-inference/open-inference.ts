import { inputInvalid } from "../../../errors.ts";
import type { Signature } from "../../../tensor/tensor.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { expectJsonType, expectObject, expectString, parseBody, readParameters } from "../json-body.ts";
import type { Call, DecodeCall } from "../protocol.ts";
import { findRawInput, rawTensors } from "../raw-body.ts";
import { BinaryParts } from "./binary-parts.ts";
import { INFERENCE_HEADER, readJsonSize } from "./inference-header.ts";
import { readInputs } from "./read-inputs.ts";
import { readOutputs } from "./read-outputs.ts";
import { writeAnswer, writeRawAnswer } from "./write-answer.ts";

/**
 * Reads a request of the Open Inference Protocol: JSON, binary tensors behind it, or both; with a header length of 0 the
 * body is the bytes of the only input, and all outputs come back binary.
 *
 * Source: Open Inference Protocol v2, REST; Triton's binary tensor data extension.
 */
export const decodeOpenInference: DecodeCall = (message, signature) => {
  const jsonSize = readJsonSize(message);
  if (jsonSize === 0) return decodeRaw(message.body, signature);
  if (jsonSize === undefined) {
    expectJsonType(message.headers);
    return readInferenceRequest(expectObject(parseBody(message.body, signature), "The request"), undefined, signature);
  }
  const document = parseBody(message.body.subarray(0, jsonSize), signature);
  return readInferenceRequest(expectObject(document, "The request"), message.body.subarray(jsonSize), signature);
};

/** Reads the JSON of a request; `binary` is what follows it. */
export function readInferenceRequest(document: JsonObject, binary: Uint8Array | undefined, signature: Signature): Call {
  const id = document["id"] === undefined ? undefined : expectString(document["id"], '"id"');
  const parameters = readParameters(document["parameters"], '"parameters"');
  const choice = readOutputs(document["outputs"], parameters, signature);
  const inputs = readInputs(document["inputs"], new BinaryParts(binary), signature);
  return {
    inputs,
    ...(choice.names && { outputs: choice.names }),
    parameters,
    respond: (outputs, model) => writeAnswer(outputs, choice, model, id),
  };
}

function decodeRaw(body: Uint8Array, signature: Signature): Call {
  const spec = findRawInput(signature);
  if (spec === undefined) {
    throw inputInvalid(
      `${INFERENCE_HEADER} is 0, which says that the body is the bytes of the only input; ` +
        "this needs a single input of which at most one size is free.",
    );
  }
  return { inputs: rawTensors(spec, body), parameters: {}, respond: writeRawAnswer };
}
