import { inputInvalid } from "../../errors.ts";
import type { FixedElementType } from "../../tensor/element-type.ts";
import type { Tensor, TensorSpec } from "../../tensor/tensor.ts";
import { fillElements, isArrayOf } from "./element-fill.ts";
import type { Refuse } from "./filler.ts";
import { collectValues, type Leaf, placeOf, type TensorInput, type TypedArray, type Values } from "./plain-values.ts";
import { countElements, fitShape, shapeText, wantedShape } from "./tensor-shape.ts";

/**
 * Turns values, nested or flat and row-major, into a tensor of the wanted type.
 *
 * Free dimensions (-1) follow from the nesting, or one of them from the number of values in a flat list; where `[]` is
 * wanted, which a model's signature says for a scalar and for any shape, the nesting is the shape. `{"b64": "…"}` in the
 * place of values holds their bytes, little-endian, or for strings the UTF-8 text. NaN and infinities may be written as
 * the strings `"NaN"`, `"Infinity"`, `"-Infinity"`. BOOL takes `true` and `false`, 1 and 0.
 *
 * @throws InferenceError `INPUT_INVALID`, naming the input and the place in it.
 */
export function toTensor(input: TensorInput, spec: TensorSpec): Tensor {
  const values = collectValues(input, spec);
  return toTensorOfShape(values, spec, declaredShape(values, spec));
}

/** Builds the tensor once its shape is known to fit the values. */
export function toTensorOfShape(values: Values, spec: TensorSpec, shape: readonly number[] | undefined): Tensor {
  const { nesting, leaves } = values;
  if (shape === undefined) {
    const written = nesting.length === 0 ? "is a single value" : `has values of the shape ${shapeText(nesting)}`;
    throw inputInvalid(`${placeOf(spec, [])} ${written}, but must have ${wantedShape(spec)}.`);
  }
  if (spec.type === "string")
    return { type: "string", shape, data: leaves.map((leaf, index) => toText(leaf, index, values, spec)) };
  const data =
    wholeArray(spec.type, leaves) ?? fillElements(spec.type, countElements(shape), leaves, refuseAt(values, spec));
  return { type: spec.type, shape, data } as Tensor;
}

/** The shape that the values get in an input whose own shape is `spec.shape`. */
function declaredShape({ nesting, leaves }: Values, spec: TensorSpec): readonly number[] | undefined {
  if (spec.shape.length > 0) return fitShape(nesting, spec.shape);
  const [only] = leaves;
  const isEncodedScalar = nesting[0] === 1 && typeof only === "object" && only.kind === "bytes";
  return isEncodedScalar ? [] : nesting;
}

/** The array of a single list that already is what the tensor needs. */
function wholeArray(type: FixedElementType, leaves: readonly Leaf[]): TypedArray | undefined {
  const [leaf] = leaves;
  if (leaves.length !== 1 || typeof leaf !== "object" || type === "bool") return undefined;
  if (leaf.kind === "array") return isArrayOf(type, leaf.array) ? leaf.array : undefined;
  if (leaf.kind === "bytes" || leaf.numbers.hasLarge) return undefined;
  if (type === "float32") return leaf.numbers.toFloat32();
  return type === "float64" ? leaf.numbers.toFloat64() : undefined;
}

function refuseAt({ nesting }: Values, spec: TensorSpec): Refuse {
  return (index, reason) => {
    throw inputInvalid(`${placeOf(spec, unravel(index, nesting))}: ${reason}.`);
  };
}

/** The index in each dimension of an element, from its place in row-major order. */
function unravel(index: number, shape: readonly number[]): readonly number[] {
  let rest = index;
  const reversed = shape.toReversed().map((size) => {
    const within = rest % size;
    rest = (rest - within) / size;
    return within;
  });
  return reversed.toReversed();
}

function toText(leaf: Leaf, index: number, values: Values, spec: TensorSpec): string {
  if (typeof leaf === "string") return leaf;
  const place = values.leaves.length === countElements(values.nesting) ? unravel(index, values.nesting) : [];
  throw inputInvalid(
    `${placeOf(spec, place)} is ${typeof leaf === "object" ? "a list of numbers" : `the ${typeof leaf} ${leaf}`}, but BYTES takes text.`,
  );
}
