import { toDatatype } from "../../../tensor/element-type.ts";
import type { Signature, TensorSpec } from "../../../tensor/tensor.ts";

/** What is known of one model. */
export interface ModelDescription {
  readonly name: string;
  readonly versions: readonly string[];
  /** E.g. `onnx_onnxv1`. */
  readonly platform: string;
  readonly signature: Signature;
}

export type TensorMetadata = {
  readonly name: string;
  readonly datatype: string;
  /** `-1` is a free dimension. */
  readonly shape: readonly number[];
};

/** The answer to `GET v2/models/MODEL`. Source: Open Inference Protocol, "Model Metadata". */
export type ModelMetadata = {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
};

/** A model's metadata as the Open Inference Protocol has it. */
export function toModelMetadata({ name, versions, platform, signature }: ModelDescription): ModelMetadata {
  return {
    name,
    versions,
    platform,
    inputs: signature.inputs.map(toTensorMetadata),
    outputs: signature.outputs.map(toTensorMetadata),
  };
}

function toTensorMetadata({ name, type, shape }: TensorSpec): TensorMetadata {
  return { name, datatype: toDatatype(type), shape };
}
