import type { DescribedModel, DescribedService } from "./described-service.ts";
import { elementSchemas, type Schema } from "./element-schema.ts";
import { componentName, modelExamples, modelSchemas } from "./model-components.ts";
import { modelPaths, predictPaths } from "./model-paths.ts";
import { SHARED_SCHEMAS } from "./open-inference-schema.ts";
import { failureResponses } from "./operation.ts";
import { servicePaths } from "./service-paths.ts";

/**
 * The service as an OpenAPI 3.1 document: each model under paths of its own, with the schemas of its tensors.
 *
 * To be written with `JSON.stringify`: bounds of 64-bit integers are held as raw JSON.
 */
export function toOpenApi(service: DescribedService): object {
  const { name, models, maxRequestBytes, hasPredict } = service;
  const [only] = models;
  const types = models.flatMap(({ signature }) => [...signature.inputs, ...signature.outputs].map((spec) => spec.type));
  return {
    openapi: "3.1.0",
    info: {
      title: name,
      version: "1",
      description: `Bodies may be compressed with gzip or deflate and hold at most ${maxRequestBytes} bytes uncompressed.`,
    },
    paths: {
      ...(only !== undefined && hasPredict && predictPaths(only)),
      ...merged(models.map(modelPaths)),
      ...servicePaths(models),
    },
    components: {
      schemas: { ...elementSchemas(types), ...SHARED_SCHEMAS, ...components(models, modelSchemas) },
      examples: components(models, modelExamples),
      responses: failureResponses(),
    },
  };
}

type Parts = Readonly<Record<string, Schema>>;

function components(models: readonly DescribedModel[], describe: (model: DescribedModel) => Parts): Parts {
  return merged(
    models.map((model) =>
      Object.fromEntries(Object.entries(describe(model)).map(([part, each]) => [componentName(model, part), each])),
    ),
  );
}

function merged(parts: readonly Parts[]): Parts {
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
}
