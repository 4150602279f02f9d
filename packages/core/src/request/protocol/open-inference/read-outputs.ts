import { inputInvalid } from "../../../errors.ts";
import type { ParameterValue } from "../../../session/runnable.ts";
import { quoted } from "../../../tensor/check-tensors.ts";
import type { Signature } from "../../../tensor/tensor.ts";
import type { JsonValue } from "../../json/json-value.ts";
import { expectObject, expectString, listNames, readParameters } from "../json-body.ts";

type Parameters = Readonly<Record<string, ParameterValue>>;

/** How the outputs of an answer are written. */
export interface OutputChoice {
  /** Outputs asked for; all where absent. */
  readonly names?: readonly string[];
  /** Whether an output is answered as raw bytes. */
  isBinary(name: string): boolean;
}

/**
 * Outputs asked for, each as JSON or binary: as its own parameter says, or the request's.
 *
 * @param parameters of the request.
 * @throws InferenceError `INPUT_INVALID`, naming the output.
 */
export function readOutputs(value: JsonValue | undefined, parameters: Parameters, signature: Signature): OutputChoice {
  const standard = readFlag(parameters, "binary_data_output", "The request") ?? false;
  if (value === undefined || isEmptyList(value)) return { isBinary: () => standard };
  if (!Array.isArray(value)) throw inputInvalid('"outputs" must be a list of objects with name.');
  const chosen = new Map<string, boolean>();
  for (const [index, each] of value.entries()) {
    const entry = expectObject(each, `"outputs", element ${index},`);
    const name = expectString(entry["name"], `"outputs", element ${index}: "name"`);
    const where = `Output ${quoted(name)}`;
    if (!signature.outputs.some((output) => output.name === name)) {
      throw inputInvalid(`There is no output ${quoted(name)}; the outputs are: ${listNames(signature.outputs)}.`);
    }
    if (chosen.has(name)) throw inputInvalid(`${where} is asked for twice.`);
    chosen.set(name, readBinary(readParameters(entry["parameters"], `${where}: "parameters"`), where) ?? standard);
  }
  return { names: [...chosen.keys()], isBinary: (name) => chosen.get(name) ?? standard };
}

function isEmptyList(value: JsonValue): boolean {
  return Array.isArray(value) && value.length === 0;
}

function readBinary(parameters: Parameters, where: string): boolean | undefined {
  if ("shared_memory_region" in parameters || "classification" in parameters) {
    throw inputInvalid(`${where}: neither shared memory nor classification is supported.`);
  }
  return readFlag(parameters, "binary_data", where);
}

function readFlag(parameters: Parameters, name: string, where: string): boolean | undefined {
  const value = parameters[name];
  if (value === undefined || typeof value === "boolean") return value;
  throw inputInvalid(`${where}: the parameter ${quoted(name)} must be true or false.`);
}
