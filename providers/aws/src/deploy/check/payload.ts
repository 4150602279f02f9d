import { FIXED_ELEMENTS, type TensorSpec } from "@virga/core";
import type { ServicePlan } from "@virga/deploy";
import { type Check, type Finding, refusal, warning } from "./finding.ts";

/** What one call of a function takes and gives, as the platform's own JSON. Source: Lambda quotas. */
const MOST_BYTES = 6 * 2 ** 20;
const SHOWN_MB = 6;
/** Bytes are base64 in that JSON. */
const BASE64 = 4 / 3;
/** A digit and a comma: no number is shorter in JSON. */
const LEAST_JSON_BYTES = 2;

const WAY_IN =
  "Send less: a smaller fixed shape, uint8 in place of float32, or a predictor that takes the compressed form";
const WAY_OUT = "Write inference.aws.streaming: true, with which answers may have 200 MB, or give less in a predictor";

/** Whether what the models take and give passes through the front; a predictor's messages are its own. */
export const checkPayload: Check = (plan, { signatures = {} }) => {
  if (plan.predictorPath !== undefined) return [];
  return plan.models.flatMap(({ name }) => {
    const signature = signatures[name];
    if (signature === undefined) return [];
    return [
      // All inputs come in one request; of the outputs a caller may ask for one.
      ...checkMessage(name, "takes", signature.inputs, WAY_IN),
      ...(streams(plan) ? [] : signature.outputs.flatMap((output) => checkMessage(name, "gives", [output], WAY_OUT))),
    ];
  });
};

function streams({ aws }: ServicePlan): boolean {
  return aws.streaming === true;
}

function checkMessage(
  model: string,
  direction: "takes" | "gives",
  specs: readonly TensorSpec[],
  wayOut: string,
): readonly Finding[] {
  const binaryBytes = sum(specs, ({ type, shape }) => elementsOf(shape) * elementBytes(type)) * BASE64;
  if (binaryBytes <= MOST_BYTES) return [];
  const jsonBytes = sum(specs, ({ shape }) => elementsOf(shape) * LEAST_JSON_BYTES);
  const names = specs.map(({ name }) => name).join(", ");
  const shown = `${(binaryBytes / 2 ** 20).toFixed(1)} MB in base64`;
  const rule = `the model ${direction} ${names} with ${shown}, and a call of a function has ${SHOWN_MB} MB each way`;
  const key = `inference.models.${model}`;
  return [jsonBytes > MOST_BYTES ? refusal(key, rule, wayOut) : warning(key, rule, wayOut)];
}

/** With the least size where a dimension is free. */
function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * (size < 0 ? 1 : size), 1);
}

function elementBytes(type: TensorSpec["type"]): number {
  return type === "string" ? 1 : FIXED_ELEMENTS[type].sizeBytes;
}

function sum(specs: readonly TensorSpec[], toBytes: (spec: TensorSpec) => number): number {
  return specs.reduce((total, spec) => total + toBytes(spec), 0);
}
