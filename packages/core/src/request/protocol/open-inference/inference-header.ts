import { inputInvalid } from "../../../errors.ts";
import { quoted } from "../../../tensor/check-tensors.ts";
import type { Message } from "../protocol.ts";

/** Tells how many bytes of JSON stand in front of binary tensors. */
export const INFERENCE_HEADER = "Inference-Header-Content-Length";

/**
 * Size of the JSON in front of binary tensors, in bytes; 0 when the body is one raw tensor, `undefined` when it is JSON
 * only.
 *
 * Source: Triton's binary tensor data extension.
 *
 * @throws InferenceError `INPUT_INVALID` when it is no number of bytes, or more than the body has.
 */
export function readJsonSize({ headers, body }: Message): number | undefined {
  const text = headers.get(INFERENCE_HEADER);
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw inputInvalid(`The header ${INFERENCE_HEADER} must be a number of bytes, but is ${quoted(text)}.`);
  }
  const sizeBytes = Number(text);
  if (sizeBytes > body.byteLength) {
    throw inputInvalid(`The header ${INFERENCE_HEADER} is ${sizeBytes}, but the body has ${body.byteLength} bytes.`);
  }
  return sizeBytes;
}
