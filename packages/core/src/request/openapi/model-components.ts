import type { Tensors } from "../../tensor/tensor.ts";
import type { DescribedModel } from "./described-service.ts";
import type { Schema } from "./element-schema.ts";
import { toInferExample, toNamedExample } from "./example-body.ts";
import { inferRequestSchema, inferResponseSchema, modelMetadataSchema } from "./open-inference-schema.ts";
import {
  plainRequestSchema,
  plainResponseSchema,
  servingRequestSchema,
  servingResponseSchema,
} from "./serving-schema.ts";

/** A model's schemas, by what they describe. */
export function modelSchemas({ name, version, signature }: DescribedModel): Record<string, Schema> {
  return {
    metadata: modelMetadataSchema(name, version, signature),
    inferRequest: inferRequestSchema(signature),
    inferResponse: inferResponseSchema(name, version, signature),
    servingRequest: servingRequestSchema(signature),
    servingResponse: servingResponseSchema(signature),
    plainRequest: plainRequestSchema(signature),
    plainResponse: plainResponseSchema(signature),
  };
}

/** The bodies that a prediction can be asked with. */
export type Body = "inferRequest" | "servingRequest" | "plainRequest";

/** An example of more elements is written only once: as an Open Inference request. */
const MAX_REPEATED_ELEMENTS = 10_000;

/** The bodies that an example is known of; none where nothing is known to work. */
export function exampleBodies({ example }: DescribedModel): readonly Body[] {
  if (example === undefined) return [];
  const elements = Object.values(example).reduce((sum, each) => sum + each.data.length, 0);
  return elements > MAX_REPEATED_ELEMENTS ? ["inferRequest"] : ["inferRequest", "servingRequest", "plainRequest"];
}

/** A model's examples, by the body that they are one of. */
export function modelExamples(model: DescribedModel): Record<string, Schema> {
  const { example = {} } = model;
  return Object.fromEntries(exampleBodies(model).map((body) => [body, EXAMPLES[body](example)]));
}

const EXAMPLES: Readonly<Record<Body, (example: Tensors) => Schema>> = {
  inferRequest: (example) => ({ summary: "Open Inference Protocol", value: toInferExample(example) }),
  servingRequest: (example) => ({
    summary: "TensorFlow Serving, by columns",
    value: { inputs: toNamedExample(example) },
  }),
  plainRequest: (example) => ({ summary: "The inputs by name", value: toNamedExample(example) }),
};

/** Where a model's part of the components is found. */
export function componentName(model: DescribedModel, part: string): string {
  // A model whose name cannot stand in a component's name is the only one, so no two names can meet here.
  return `${model.name.replaceAll(/[^A-Za-z0-9._-]/g, "_")}.${part}`;
}
