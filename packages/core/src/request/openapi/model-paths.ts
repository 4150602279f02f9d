import type { FailureCode } from "../../errors.ts";
import type { DescribedModel } from "./described-service.ts";
import type { Schema } from "./element-schema.ts";
import { type Body, componentName, exampleBodies } from "./model-components.ts";
import { jsonContent, toOperation } from "./operation.ts";
import { anyOf } from "./tensor-schema.ts";

type Paths = Readonly<Record<string, Schema>>;

const UNKNOWN_FAILURES: readonly FailureCode[] = ["MODEL_UNKNOWN"];
const LOAD_FAILURES: readonly FailureCode[] = [...UNKNOWN_FAILURES, "WEIGHTS_UNREACHABLE"];
const PREDICT_FAILURES: readonly FailureCode[] = [
  ...LOAD_FAILURES,
  "INPUT_INVALID",
  "RUN_FAILED",
  "INPUT_TOO_LARGE",
  "MEDIA_TYPE_UNSUPPORTED",
  "CANCELLED",
  "DEADLINE_EXCEEDED",
];

const HEADER_LENGTH = "Inference-Header-Content-Length";
const BINARY_TYPE = "application/octet-stream";
const BINARY_HELP =
  `Tensors may also come and go as raw bytes behind the JSON, as ${BINARY_TYPE} with the length of the JSON in the ` +
  `header ${HEADER_LENGTH}; each then has \`parameters.binary_data_size\` in place of \`data\`.`;

const HEADER_LENGTH_SCHEMA: Schema = {
  description: "Bytes of JSON before the first tensor; absent where the answer is JSON alone.",
  schema: { type: "integer", minimum: 0 },
};

/** Every path that names the model, with and without its version. */
export function modelPaths(model: DescribedModel): Paths {
  const name = encodeURIComponent(model.name);
  const version = encodeURIComponent(model.version);
  return {
    ...openInferencePaths(model, `/v2/models/${name}`, model.name),
    ...openInferencePaths(model, `/v2/models/${name}/versions/${version}`, `${model.name}:${model.version}`),
    ...servingPaths(model, `/v1/models/${name}`, model.name),
    ...servingPaths(model, `/v1/models/${name}/versions/${version}`, `${model.name}:${model.version}`),
  };
}

/** The paths that need no name, for a service with one model. */
export function predictPaths(model: DescribedModel): Paths {
  const predict = (operationId: string): Schema => ({
    post: predictOperation(model, operationId, "Predicts, from any of the bodies that the other paths take", [
      "plainRequest",
      "servingRequest",
      "inferRequest",
    ]),
  });
  return { "/predict": predict("predict"), "/": predict("predictAtRoot") };
}

function openInferencePaths(model: DescribedModel, path: string, id: string): Paths {
  const tag = model.name;
  return {
    [path]: {
      get: toOperation({
        operationId: `metadata:${id}`,
        summary: "Inputs and outputs of the model",
        tag,
        content: jsonContent(reference(model, "metadata")),
        failures: LOAD_FAILURES,
      }),
    },
    [`${path}/ready`]: {
      get: toOperation({
        operationId: `ready:${id}`,
        summary: "Whether the model can predict",
        tag,
        content: jsonContent({
          type: "object",
          required: ["name", "ready"],
          properties: { name: { const: model.name }, ready: { const: true } },
        }),
        failures: [...UNKNOWN_FAILURES, "NOT_READY"],
      }),
    },
    [`${path}/infer`]: {
      post: predictOperation(model, `infer:${id}`, "Predicts by the Open Inference Protocol", ["inferRequest"]),
    },
  };
}

function servingPaths(model: DescribedModel, path: string, id: string): Paths {
  return {
    [path]: {
      get: toOperation({
        operationId: `status:${id}`,
        summary: "Whether the model can predict, for KServe and TensorFlow Serving clients",
        tag: model.name,
        content: jsonContent({
          type: "object",
          required: ["name", "ready", "model_version_status"],
          properties: { name: { const: model.name }, ready: { const: true }, model_version_status: { type: "array" } },
        }),
        failures: [...UNKNOWN_FAILURES, "NOT_READY"],
      }),
    },
    [`${path}:predict`]: {
      post: predictOperation(model, `predict:${id}`, "Predicts as TensorFlow Serving does", ["servingRequest"]),
    },
  };
}

function predictOperation(
  model: DescribedModel,
  operationId: string,
  summary: string,
  bodies: readonly Body[],
): Schema {
  const isOpenInference = bodies.includes("inferRequest");
  const requests = bodies.map((body) => reference(model, body));
  const known = bodies.filter((body) => exampleBodies(model).includes(body));
  const examples = known.map(
    (body) => [body, { $ref: `#/components/examples/${componentName(model, body)}` }] as const,
  );
  const answers = bodies.map((body) => reference(model, ANSWERS[body]));
  return toOperation({
    operationId,
    summary,
    ...(isOpenInference && { description: BINARY_HELP }),
    tag: model.name,
    requestBody: {
      required: true,
      content: {
        ...jsonContent(anyOf(requests), Object.fromEntries(examples)),
        ...(isOpenInference && { [BINARY_TYPE]: {} }),
      },
    },
    content: { ...jsonContent(anyOf(answers)), ...(isOpenInference && { [BINARY_TYPE]: {} }) },
    ...(isOpenInference && { headers: { [HEADER_LENGTH]: HEADER_LENGTH_SCHEMA } }),
    failures: PREDICT_FAILURES,
  });
}

const ANSWERS: Readonly<Record<Body, string>> = {
  inferRequest: "inferResponse",
  servingRequest: "servingResponse",
  plainRequest: "plainResponse",
};

function reference(model: DescribedModel, part: string): Schema {
  return { $ref: `#/components/schemas/${componentName(model, part)}` };
}
