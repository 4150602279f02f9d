import type { Signature, TensorSpec } from "../../tensor/tensor.ts";
import type { Schema } from "./element-schema.ts";
import { answeredValuesSchema, anyOf, countSchema, rowSchema, valuesSchema } from "./tensor-schema.ts";

/** The body of a prediction, as rows or as whole tensors. Source: TensorFlow Serving, "Predict API". */
export function servingRequestSchema({ inputs }: Signature): Schema {
  return {
    type: "object",
    properties: {
      signature_name: { type: "string" },
      parameters: { $ref: "#/components/schemas/Parameters" },
      instances: rowsSchema(inputs),
      inputs: anyOf(itemSchemas(inputs, valuesSchema)),
    },
    oneOf: [{ required: ["instances"] }, { required: ["inputs"] }],
  };
}

/** Its answer: `predictions`, one for each row, or `outputs`; a single output goes without its name. */
export function servingResponseSchema({ outputs }: Signature): Schema {
  return {
    type: "object",
    properties: {
      predictions: { type: "array", items: answerSchema(outputs) },
      outputs: answerSchema(outputs),
    },
    oneOf: [{ required: ["predictions"] }, { required: ["outputs"] }],
  };
}

/** A body that is nothing but the inputs by their names. */
export function plainRequestSchema({ inputs }: Signature): Schema {
  return namedSchema(inputs, valuesSchema);
}

/** Its answer: the outputs by their names. */
export function plainResponseSchema({ outputs }: Signature): Schema {
  return namedSchema(outputs, outputSchema);
}

/** Rows that are stacked on the first dimension, all with names or all without, or one that is all of every input. */
function rowsSchema(inputs: readonly TensorSpec[]): Schema {
  const [size = -1, ...others] = new Set(inputs.flatMap(({ shape: [first = -1] }) => (first === -1 ? [] : [first])));
  const whole = itemSchemas(inputs, valuesSchema).map((items) => ({ type: "array", items, ...countSchema(1) }));
  const rows = itemSchemas(inputs, rowSchema).map((items) => ({
    type: "array",
    items,
    minItems: 1,
    ...countSchema(size),
  }));
  return anyOf(others.length > 0 ? whole : [...rows, ...whole]);
}

/** Values by name, and without one where there is a single input. */
function itemSchemas(inputs: readonly TensorSpec[], toSchema: (spec: TensorSpec) => Schema): readonly Schema[] {
  const [only] = inputs;
  const named = namedSchema(inputs, toSchema);
  return inputs.length === 1 && only !== undefined ? [toSchema(only), named] : [named];
}

function answerSchema(outputs: readonly TensorSpec[]): Schema {
  const [only] = outputs;
  if (outputs.length === 1 && only !== undefined) return outputSchema(only);
  // With optional outputs a single one may be left, which then goes without its name.
  return outputs.some((output) => output.optional === true) ? {} : namedSchema(outputs, outputSchema);
}

/** Source: TensorFlow Serving, "Encoding binary values": outputs of such a name are answered as base64. */
function outputSchema(spec: TensorSpec): Schema {
  const isBytes = spec.type === "string" && spec.name.endsWith("_bytes");
  return isBytes ? {} : answeredValuesSchema(spec);
}

function namedSchema(specs: readonly TensorSpec[], toSchema: (spec: TensorSpec) => Schema): Schema {
  return {
    type: "object",
    required: specs.filter((spec) => spec.optional !== true).map((spec) => spec.name),
    properties: Object.fromEntries(specs.map((spec) => [spec.name, toSchema(spec)])),
    additionalProperties: false,
  };
}
