import type { DescribedModel } from "./described-service.ts";
import type { Schema } from "./element-schema.ts";
import { jsonContent, type Operation, toOperation } from "./operation.ts";

const TAG = "service";
/** Source: Triton's model repository extension, "Index". */
const REPOSITORY_STATES = ["UNKNOWN", "READY", "UNAVAILABLE", "LOADING", "UNLOADING"];

/** The paths that are about the service as a whole. */
export function servicePaths(models: readonly DescribedModel[]): Readonly<Record<string, Schema>> {
  const names = models.map((model) => model.name);
  return {
    "/v2": get("server", "The server and the extensions that it speaks", {
      type: "object",
      required: ["name", "version", "extensions"],
      properties: {
        name: { type: "string" },
        version: { type: "string" },
        extensions: { type: "array", items: { type: "string" } },
      },
    }),
    "/v2/health/live": get("live", "Whether the server answers", {
      type: "object",
      required: ["live"],
      properties: { live: { const: true } },
    }),
    "/v2/health/ready": get(
      "ready",
      "Whether every model can predict",
      {
        type: "object",
        required: ["live", "ready"],
        properties: { live: { const: true }, ready: { const: true } },
      },
      ["NOT_READY"],
    ),
    "/v2/repository/index": { post: repositoryIndex(names) },
    "/v1/models": get("models", "Names of the models", {
      type: "object",
      required: ["models"],
      properties: { models: { const: names } },
    }),
    "/openapi.json": get("openApi", "This document", { type: "object", required: ["openapi", "info", "paths"] }),
  };
}

function get(operationId: string, summary: string, answer: Schema, failures: Operation["failures"] = []): Schema {
  return { get: toOperation({ operationId, summary, tag: TAG, content: jsonContent(answer), failures }) };
}

function repositoryIndex(names: readonly string[]): Schema {
  return toOperation({
    operationId: "repositoryIndex",
    summary: "Every model with its state",
    tag: TAG,
    requestBody: {
      required: false,
      content: jsonContent({
        type: "object",
        properties: { ready: { type: "boolean", description: "Whether only models that are ready are listed." } },
      }),
    },
    content: jsonContent({
      type: "array",
      maxItems: names.length,
      items: {
        type: "object",
        required: ["name", "version", "state", "reason"],
        properties: {
          name: { enum: names },
          version: { type: "string" },
          state: { enum: REPOSITORY_STATES },
          reason: { type: "string" },
        },
      },
    }),
    failures: ["INPUT_INVALID", "INPUT_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED"],
  });
}
