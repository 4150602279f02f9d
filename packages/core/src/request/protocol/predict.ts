import { inputInvalid } from "../../errors.ts";
import { quoted } from "../../tensor/check-tensors.ts";
import type { Signature, Tensors } from "../../tensor/tensor.ts";
import { type Answer, jsonAnswer } from "../answer.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json/json-value.ts";
import { TensorValues } from "../json/tensor-text.ts";
import { expectJsonType, isJsonType, listNames, mediaTypeOf, mediaTypeUnsupported, parseBody } from "./json-body.ts";
import { namedTensors } from "./named-inputs.ts";
import { nestedOutput } from "./nested-output.ts";
import { readJsonSize } from "./open-inference/inference-header.ts";
import { decodeOpenInference, readInferenceRequest } from "./open-inference/open-inference.ts";
import { base64Of } from "./plain-values.ts";
import type { Call, DecodeCall, Message } from "./protocol.ts";
import { findRawInput, rawTensors } from "./raw-body.ts";
import { selectOutputs } from "./select-outputs.ts";
import { readServingRequest } from "./tensorflow-serving/tensorflow-serving.ts";

const BRACE_OPEN = 0x7b;
const WHITE_SPACE: readonly number[] = [0x09, 0x0a, 0x0d, 0x20];
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];
/** Types that clients send when nobody told them what the body is. */
const UNTOLD_TYPES: readonly string[] = ["application/x-www-form-urlencoded", "text/plain"];

/**
 * Reads a request of whichever kind it is, and answers in the same kind:
 *
 * 1. one with the header `Inference-Header-Content-Length`, or a JSON object whose `inputs` is a list of objects with
 *    `name` and `datatype`: Open Inference Protocol;
 * 2. a JSON object whose names all are inputs of the signature, none that is needed missing: values by input name,
 *    answered by an object of output names (so an input may be called `inputs` or `instances`);
 * 3. a JSON object with `instances` or `inputs`: TensorFlow Serving;
 * 4. any other JSON object: values by input name;
 * 5. a body that is not JSON by its media type: the bytes of the only input, answered like values by name.
 *
 * Without a media type, or with one that clients send unasked, a body that begins with `{` is JSON.
 */
export const decodePredict: DecodeCall = (message, signature) => {
  if (readJsonSize(message) !== undefined) return decodeOpenInference(message, signature);
  if (!isJson(message, signature)) return decodeRaw(message, signature);
  expectJsonType(message.headers);
  const document = parseBody(message.body, signature);
  if (!isJsonObject(document)) {
    throw inputInvalid(`The body must be an object with the names of the inputs: ${listNames(signature.inputs)}.`);
  }
  if (isInferenceRequest(document)) return readInferenceRequest(document, undefined, signature);
  if (!isByName(document, signature) && ("instances" in document || "inputs" in document)) {
    return readServingRequest(document, signature);
  }
  return plainCall(namedTensors(document, signature));
};

function isJson(message: Message, signature: Signature): boolean {
  const type = mediaTypeOf(message.headers);
  if (type !== undefined && !UNTOLD_TYPES.includes(type)) return isJsonType(type);
  // A body that is not there is a forgotten one, not a batch of no rows.
  return message.body.byteLength === 0 || beginsWithBrace(message.body) || findRawInput(signature) === undefined;
}

function beginsWithBrace(body: Uint8Array): boolean {
  const start = BYTE_ORDER_MARK.every((byte, index) => body[index] === byte) ? BYTE_ORDER_MARK.length : 0;
  const first = body.subarray(start).find((byte) => !WHITE_SPACE.includes(byte));
  return first === BRACE_OPEN;
}

function decodeRaw({ headers, body }: Message, signature: Signature): Call {
  const type = mediaTypeOf(headers);
  const spec = findRawInput(signature);
  const isBytes = type === undefined || UNTOLD_TYPES.includes(type) || isBinaryType(type);
  if (spec !== undefined && isBytes) return plainCall(rawTensors(spec, body));
  const raw = spec === undefined ? "" : `, or the bytes of the input ${quoted(spec.name)} as application/octet-stream`;
  throw mediaTypeUnsupported(
    `The media type ${quoted(type ?? "")} is not supported here: send application/json${raw}.`,
  );
}

function isBinaryType(type: string): boolean {
  return type === "application/octet-stream" || /^(image|audio|video)\//.test(type);
}

function isInferenceRequest({ inputs }: JsonObject): boolean {
  return Array.isArray(inputs) && inputs.length > 0 && inputs.every(isInferenceInput);
}

function isInferenceInput(value: JsonValue): boolean {
  return isJsonObject(value) && typeof value["name"] === "string" && typeof value["datatype"] === "string";
}

/** A value of a tensor is never an object but `{"b64": …}`, so an object of values is none of these. */
function isByName(document: JsonObject, { inputs }: Signature): boolean {
  const fits = Object.entries(document).every(
    ([name, value]) =>
      inputs.some((input) => input.name === name) && (!isJsonObject(value) || base64Of(value) !== undefined),
  );
  return fits && inputs.every(({ name, optional }) => optional || name in document);
}

function plainCall(inputs: Tensors): Call {
  return { inputs, parameters: {}, respond: writePlain };
}

function writePlain(outputs: Tensors): Answer {
  const entries = selectOutputs(outputs, undefined);
  return jsonAnswer(
    Object.fromEntries(entries.map(([name, output]) => [name, nestedOutput(name, TensorValues.nested(output))])),
  );
}
