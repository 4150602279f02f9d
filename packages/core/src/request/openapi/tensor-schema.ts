import type { ElementType } from "../../tensor/element-type.ts";
import type { TensorSpec } from "../../tensor/tensor.ts";
import { elementReference, nestingReference, type Schema } from "./element-schema.ts";

const SIZE: Schema = { type: "integer", minimum: 0 };

/**
 * An input's values: nested as deep as its shape, or with the innermost lists holding several of the last dimensions in
 * a row, down to one flat list; a single one may stand alone.
 */
export function valuesSchema({ type, shape }: TensorSpec): Schema {
  if (isUnknown(shape)) return nestingReference(type);
  return anyOf([...listSchemas(type, shape, takesAnyCount), ...(isOneElement(shape) ? [elementReference(type)] : [])]);
}

/** One row's values: those of an input without its first dimension. */
export function rowSchema({ type, shape }: TensorSpec): Schema {
  if (isUnknown(shape)) return nestingReference(type);
  const inner = shape.slice(1);
  return anyOf([
    ...(inner.length === 0 ? [{ type: "array", items: elementReference(type), ...countSchema(1) }] : []),
    ...listSchemas(type, inner, takesAnyCount),
    ...(isOneElement(inner) ? [elementReference(type)] : []),
  ]);
}

/** An Open Inference tensor's `data`, whose shape stands beside it. */
export function dataSchema({ type, shape }: TensorSpec): Schema {
  if (isUnknown(shape)) return nestingReference(type);
  return anyOf([...listSchemas(type, shape), ...(isOneElement(shape) ? [elementReference(type)] : [])]);
}

/** An output's values, nested as deep as its dimensions; a model may answer others than it declares. */
export function answeredValuesSchema({ type }: TensorSpec): Schema {
  return nestingReference(type);
}

/** All elements of an output in one array. */
export function flatSchema({ type }: TensorSpec): Schema {
  return { type: "array", items: elementReference(type) };
}

/** The sizes of an input: fixed ones as the model declares them, any for free ones. */
export function shapeSchema({ shape }: TensorSpec): Schema {
  if (isUnknown(shape)) return { type: "array", items: SIZE };
  const sizes = shape.map((size) => (size === -1 ? SIZE : { const: size }));
  return { type: "array", prefixItems: sizes, ...countSchema(sizes.length) };
}

/** The sizes of an output; the runtime only warns of a model that answers others than it declares. */
export function answeredShapeSchema({ shape }: TensorSpec): Schema {
  const declared = isUnknown(shape) ? {} : { description: `The model declares [${shape.join(", ")}]; -1 is any size.` };
  return { type: "array", items: SIZE, ...declared };
}

/** Any of the schemas. */
export function anyOf(schemas: readonly Schema[]): Schema {
  const [only] = schemas;
  return schemas.length === 1 && only !== undefined ? only : { anyOf: schemas };
}

/** An array of so many items; of any number for a free dimension. */
export function countSchema(count: number): Schema {
  return count === -1 ? {} : { minItems: count, maxItems: count };
}

/** A declared shape of `[]` is a scalar or a tensor of unknown rank: a model's signature does not tell them apart. */
function isUnknown(shape: readonly number[]): boolean {
  return shape.length === 0;
}

function isOneElement(shape: readonly number[]): boolean {
  return shape.every((size) => size === 1 || size === -1);
}

/** Lists from fully nested to flat; `isFit` says which of the last dimensions one list can stand for. */
function listSchemas(
  type: ElementType,
  shape: readonly number[],
  isFit: (inner: readonly number[]) => boolean = (): boolean => true,
): Schema[] {
  return shape.flatMap((_, index) => {
    const depth = shape.length - 1 - index;
    const inner = shape.slice(depth);
    if (index > 0 && !isFit(inner)) return [];
    const count = inner.includes(-1) ? -1 : inner.reduce((product, size) => product * size, 1);
    const list: Schema = { type: "array", items: elementReference(type), ...countSchema(count) };
    return [nested(shape.slice(0, depth), list)];
  });
}

/**
 * Whether any number of elements fits: where a size is free and the others are not 1, only multiples of them do, which a
 * schema cannot say.
 */
function takesAnyCount(inner: readonly number[]): boolean {
  const free = inner.filter((size) => size === -1).length;
  return free === 0 || (free === 1 && inner.every((size) => size === 1 || size === -1));
}

function nested(shape: readonly number[], inner: Schema): Schema {
  const [size, ...rest] = shape;
  return size === undefined ? inner : { type: "array", items: nested(rest, inner), ...countSchema(size) };
}
