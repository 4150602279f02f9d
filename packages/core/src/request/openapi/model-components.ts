import type { DescribedModel } from "./described-service.ts";
import type { Schema } from "./element-schema.ts";
import { toInferExample, toNamedExample } from "./example-body.ts";
import { inferRequestSchema, inferResponseSchema, modelMetadataSchema } from "./open-inference-schema.ts";
import { plainRequestSchema, servingRequestSchema } from "./serving-schema.ts";

/** A model's schemas, by what they describe. */
export function modelSchemas({ name, version, signature }: DescribedModel): Record<string, Schema> {
  return {
    metadata: modelMetadataSchema(name, version, signature),
    inferRequest: inferRequestSchema(signature),
    inferResponse: inferResponseSchema(name, version, signature),
    servingRequest: servingRequestSchema(signature),
    plainRequest: plainRequestSchema(signature),
  };
}

/** A model's examples, by the body that they are one of; none where nothing is known to work. */
export function modelExamples({ example }: DescribedModel): Record<string, Schema> {
  if (example === undefined) return {};
  const named = toNamedExample(example);
  return {
    inferRequest: { summary: "Open Inference Protocol", value: toInferExample(example) },
    servingRequest: { summary: "TensorFlow Serving, by columns", value: { inputs: named } },
    plainRequest: { summary: "The inputs by name", value: named },
  };
}

/** Where a model's part of the components is found. */
export function componentName(model: DescribedModel, part: string): string {
  // A model whose name cannot stand in a component's name is the only one, so no two names can meet here.
  return `${model.name.replaceAll(/[^A-Za-z0-9._-]/g, "_")}.${part}`;
}
