import { toDatatype } from "../../tensor/element-type.ts";
import type { TensorSpec } from "../../tensor/tensor.ts";
import { elementReference, nestingReference, type Schema } from "./element-schema.ts";

const SIZE: Schema = { type: "integer", minimum: 0 };

/** Elements nested as deep as the shape has dimensions; any depth where the model does not declare them. */
export function nestedSchema(spec: TensorSpec): Schema {
  return isUnknown(spec) ? nestingReference(spec.type) : levelSchema(spec, spec.shape);
}

/** One row of a batch; the batch is the first dimension. */
export function rowSchema(spec: TensorSpec): Schema {
  return isUnknown(spec) ? nestingReference(spec.type) : levelSchema(spec, spec.shape.slice(1));
}

/** An Open Inference tensor's `data`: row-major, nested or flat. */
export function dataSchema(spec: TensorSpec): Schema {
  if (isUnknown(spec)) return { type: "array", items: nestingReference(spec.type) };
  return spec.shape.length === 1 ? flatSchema(spec) : { anyOf: [flatSchema(spec), levelSchema(spec, spec.shape)] };
}

/** All elements in one array. */
export function flatSchema(spec: TensorSpec): Schema {
  const isFree = isUnknown(spec) || spec.shape.includes(-1);
  const count = isFree ? -1 : spec.shape.reduce((product, size) => product * size, 1);
  return { type: "array", items: elementReference(spec.type), ...countSchema(count) };
}

/** The sizes of a shape: fixed ones as the model declares them, any for free ones. */
export function shapeSchema(spec: TensorSpec): Schema {
  if (isUnknown(spec)) return { type: "array", items: SIZE };
  const sizes = spec.shape.map((size) => (size === -1 ? SIZE : { const: size }));
  return { type: "array", prefixItems: sizes, ...countSchema(sizes.length) };
}

/** A tensor's name, datatype and shape as Open Inference model metadata gives them. */
export function tensorMetadataSchema(spec: TensorSpec): Schema {
  return {
    type: "object",
    required: ["name", "datatype", "shape"],
    properties: {
      name: { const: spec.name },
      datatype: { const: toDatatype(spec.type) },
      shape: { const: spec.shape },
    },
  };
}

/** A declared shape of `[]` is a scalar or a tensor of unknown rank: a model's signature does not tell them apart. */
function isUnknown(spec: TensorSpec): boolean {
  return spec.shape.length === 0;
}

function levelSchema(spec: TensorSpec, shape: readonly number[]): Schema {
  const [size, ...rest] = shape;
  if (size === undefined) return elementReference(spec.type);
  return { type: "array", items: levelSchema(spec, rest), ...countSchema(size) };
}

/** An array of so many items; of any number for a free dimension. */
function countSchema(count: number): Schema {
  return count === -1 ? {} : { minItems: count, maxItems: count };
}
