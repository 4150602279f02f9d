import { toDatatype } from "../../tensor/element-type.ts";
import type { Signature, TensorSpec } from "../../tensor/tensor.ts";
import { toModelMetadata } from "../protocol/open-inference/model-metadata.ts";
import type { Schema } from "./element-schema.ts";
import { answeredShapeSchema, dataSchema, flatSchema, shapeSchema } from "./tensor-schema.ts";

/** Larger numbers are not carried exactly, so they are refused. */
const PARAMETER: Schema = {
  type: ["string", "number", "boolean"],
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};

/** Free-form parameters, and a flag that means something here. */
function parametersSchema(flag: string, description: string): Schema {
  return {
    type: "object",
    properties: { [flag]: { type: "boolean", description } },
    additionalProperties: PARAMETER,
  };
}

/** The schemas that requests and answers of all models share. */
export const SHARED_SCHEMAS: Readonly<Record<string, Schema>> = {
  Parameters: { type: "object", additionalProperties: PARAMETER },
  RequestParameters: parametersSchema("binary_data_output", "Whether all outputs are answered as raw bytes."),
  OutputParameters: parametersSchema("binary_data", "Whether this output is answered as raw bytes."),
};

const shared = (name: keyof typeof SHARED_SCHEMAS): Schema => ({ $ref: `#/components/schemas/${name}` });

/** The body of an inference request. Source: Open Inference Protocol, "Inference Request JSON Object". */
export function inferRequestSchema({ inputs, outputs }: Signature): Schema {
  return {
    type: "object",
    required: ["inputs"],
    properties: {
      id: { type: "string", description: "Comes back in the answer." },
      parameters: shared("RequestParameters"),
      inputs: namedTensorsSchema(inputs, inputTensorSchema),
      outputs: {
        type: "array",
        description: "Outputs to answer; all where absent.",
        items: {
          type: "object",
          required: ["name"],
          properties: { name: { enum: outputs.map((output) => output.name) }, parameters: shared("OutputParameters") },
        },
        maxItems: outputs.length,
        ...(outputs.length > 1 && {
          allOf: outputs.map((output) => containsSchema(output, { minContains: 0, maxContains: 1 })),
        }),
      },
    },
  };
}

/** The body of an answer. Source: Open Inference Protocol, "Inference Response JSON Object". */
export function inferResponseSchema(name: string, version: string, { outputs }: Signature): Schema {
  return {
    type: "object",
    required: ["model_name", "model_version", "outputs"],
    properties: {
      model_name: { const: name },
      model_version: { const: version },
      id: { type: "string" },
      parameters: shared("Parameters"),
      outputs: { type: "array", items: oneOf(outputs.map(outputTensorSchema)), maxItems: outputs.length },
    },
  };
}

/** A model's metadata: the same answer until the model is another. */
export function modelMetadataSchema(name: string, version: string, signature: Signature): Schema {
  const metadata = toModelMetadata({ name, versions: [version], platform: "", signature });
  const constants = Object.entries(metadata).map(([field, value]) => [field, { const: value }]);
  return {
    type: "object",
    required: Object.keys(metadata),
    properties: { ...Object.fromEntries(constants), platform: { type: "string" } },
  };
}

function inputTensorSchema(spec: TensorSpec): Schema {
  return tensorSchema(spec, dataSchema(spec), shapeSchema(spec));
}

function outputTensorSchema(spec: TensorSpec): Schema {
  return tensorSchema(spec, flatSchema(spec), answeredShapeSchema(spec));
}

function tensorSchema({ name, type }: TensorSpec, data: Schema, shape: Schema): Schema {
  return {
    type: "object",
    required: ["name", "datatype", "shape", "data"],
    properties: {
      name: { const: name },
      datatype: { const: toDatatype(type) },
      shape,
      data,
      parameters: shared("Parameters"),
    },
  };
}

/** An array with one tensor for each spec, in any order. */
function namedTensorsSchema(specs: readonly TensorSpec[], toSchema: (spec: TensorSpec) => Schema): Schema {
  const required = specs.filter((spec) => spec.optional !== true);
  return {
    type: "array",
    minItems: required.length,
    maxItems: specs.length,
    items: oneOf(specs.map(toSchema)),
    ...(required.length > 1 && {
      allOf: required.map((spec) => containsSchema(spec)),
    }),
  };
}

/** That a list of named objects has one of that name. */
function containsSchema({ name }: TensorSpec, count: Schema = {}): Schema {
  return { contains: { properties: { name: { const: name } } }, ...count };
}

function oneOf(schemas: readonly Schema[]): Schema | false {
  const [only] = schemas;
  return schemas.length === 1 && only !== undefined ? only : { oneOf: schemas };
}
