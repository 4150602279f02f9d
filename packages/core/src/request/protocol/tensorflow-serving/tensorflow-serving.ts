import { inputInvalid } from "../../../errors.ts";
import { quoted } from "../../../tensor/check-tensors.ts";
import type { Signature, Tensor, Tensors } from "../../../tensor/tensor.ts";
import { type Answer, jsonAnswer } from "../../answer.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../json/json-value.ts";
import { TensorValues } from "../../json/tensor-text.ts";
import type { JsonOutput } from "../../json/write-json.ts";
import { expectJsonType, expectObject, expectString, listNames, parseBody, readParameters } from "../json-body.ts";
import { namedTensors } from "../named-inputs.ts";
import { nestedOutput } from "../nested-output.ts";
import { findOnlyInput } from "../only-input.ts";
import { base64Of } from "../plain-values.ts";
import type { Call, DecodeCall } from "../protocol.ts";
import { selectOutputs } from "../select-outputs.ts";
import { type Rows, readRows } from "./rows.ts";

/**
 * Reads a predict request of TensorFlow Serving, KServe v1 or Vertex AI: `instances` holds rows and is answered by
 * `predictions`, one for each; `inputs` holds whole tensors and is answered by `outputs`.
 *
 * Source: TensorFlow Serving, "RESTful API"; Vertex AI, custom container requirements.
 */
export const decodeTensorFlowServing: DecodeCall = (message, signature) => {
  expectJsonType(message.headers);
  return readServingRequest(expectObject(parseBody(message.body, signature), "The request"), signature);
};

/** Reads the JSON of a request. */
export function readServingRequest(document: JsonObject, signature: Signature): Call {
  const { instances, inputs } = document;
  if ((instances === undefined) === (inputs === undefined)) {
    throw inputInvalid('The request must have either "instances" (rows) or "inputs" (whole tensors).');
  }
  if (document["signature_name"] !== undefined) expectString(document["signature_name"], '"signature_name"');
  const parameters = readParameters(document["parameters"], '"parameters"');
  if (inputs !== undefined) {
    return { inputs: readColumns(inputs, signature), parameters, respond: writeColumns };
  }
  const rows = readRows(instances, signature);
  return { inputs: rows.inputs, parameters, respond: (outputs) => writeRows(outputs, rows) };
}

function readColumns(inputs: JsonValue, signature: Signature): Tensors {
  if (isJsonObject(inputs) && base64Of(inputs) === undefined) return namedTensors(inputs, signature);
  const only = findOnlyInput(signature);
  if (only === undefined) {
    throw inputInvalid(`"inputs" must be an object with the names of the inputs: ${listNames(signature.inputs)}.`);
  }
  return namedTensors({ [only.name]: inputs }, signature);
}

function writeColumns(outputs: Tensors): Answer {
  const columns = selectOutputs(outputs, undefined).map(([name, output]): [string, JsonOutput] => [
    name,
    nestedOutput(name, TensorValues.nested(output)),
  ]);
  return jsonAnswer({ outputs: unlessAlone(columns) });
}

function writeRows(outputs: Tensors, rows: Rows): Answer {
  const entries = selectOutputs(outputs, undefined);
  const predictions = Array.from({ length: rows.count }, (_, index) =>
    unlessAlone(
      entries.map(([name, output]): [string, JsonOutput] => [
        name,
        nestedOutput(name, rowOf(name, output, index, rows)),
      ]),
    ),
  );
  return jsonAnswer({ predictions });
}

/** A single output goes without its name. */
function unlessAlone(values: readonly [string, JsonOutput][]): JsonOutput {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only[1] : Object.fromEntries(values);
}

/** What one row gets of an output; the whole of it where there is one row and no dimension for rows. */
function rowOf(name: string, output: Tensor, index: number, { count, stacked }: Rows): TensorValues {
  if (stacked && output.shape[0] === count) return TensorValues.row(output, index);
  if (count === 1) return TensorValues.nested(output);
  throw inputInvalid(
    `Output ${quoted(name)} has the shape [${output.shape.join(", ")}], which is not one for each of ${count} rows; ` +
      'send "inputs" in place of "instances" to get it whole.',
  );
}
