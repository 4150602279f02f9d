import type { Signature, TensorSpec } from "../../tensor/tensor.ts";
import type { Schema } from "./element-schema.ts";
import { nestedSchema, rowSchema } from "./tensor-schema.ts";

/** The body of a prediction, as rows or as columns. Source: TensorFlow Serving, "Predict API". */
export function servingRequestSchema({ inputs }: Signature): Schema {
  const columns: Schema = { type: "object", required: ["inputs"], properties: { inputs: columnsSchema(inputs) } };
  if (!inputs.every(hasRows)) return columns;
  const rows: Schema = { type: "object", required: ["instances"], properties: { instances: rowsSchema(inputs) } };
  return { anyOf: [rows, columns] };
}

/** Its answer: `predictions` for rows, `outputs` for columns. */
export const SERVING_RESPONSE_SCHEMA: Schema = {
  type: "object",
  oneOf: [
    { required: ["predictions"], properties: { predictions: { type: "array" } } },
    { required: ["outputs"], properties: { outputs: {} } },
  ],
};

/** A body that is nothing but the inputs by their names. */
export function plainRequestSchema({ inputs }: Signature): Schema {
  return namedSchema(inputs, nestedSchema);
}

function hasRows(spec: TensorSpec): boolean {
  return spec.shape.length > 0;
}

function rowsSchema(inputs: readonly TensorSpec[]): Schema {
  const sizes = new Set(inputs.flatMap(({ shape: [size = -1] }) => (size === -1 ? [] : [size])));
  const [size] = sizes;
  const named = namedSchema(inputs, rowSchema);
  const [only] = inputs;
  const items = inputs.length === 1 && only !== undefined ? { anyOf: [rowSchema(only), named] } : named;
  return { type: "array", items, minItems: size ?? 1, ...(size !== undefined && { maxItems: size }) };
}

function columnsSchema(inputs: readonly TensorSpec[]): Schema {
  const named = plainRequestSchema({ inputs, outputs: [] });
  const [only] = inputs;
  return inputs.length === 1 && only !== undefined ? { anyOf: [nestedSchema(only), named] } : named;
}

function namedSchema(inputs: readonly TensorSpec[], toSchema: (spec: TensorSpec) => Schema): Schema {
  return {
    type: "object",
    required: inputs.filter((spec) => spec.optional !== true).map((spec) => spec.name),
    properties: Object.fromEntries(inputs.map((spec) => [spec.name, toSchema(spec)])),
    additionalProperties: false,
  };
}
