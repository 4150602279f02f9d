import { InferenceError } from "../../errors.ts";
import { type ElementType, FIXED_ELEMENTS } from "../../tensor/element-type.ts";
import { type Signature, type Tensor, type TensorSpec, type Tensors, tensor } from "../../tensor/tensor.ts";

/** Elements of all inputs together that an example may have, and with it the time that looking for one takes. */
const MAX_ELEMENTS = 1_000_000;
/** Sizes tried for the free dimensions that are not the first: lengths, then multiples that strided networks need. */
const SIZES = [1, 2, 8, 32, 64, 224, 256, 512];
/** Sizes of the first dimension where one is not enough. */
const SEVERAL = [2, 8, 32];
const FILLS = [0, 1];

/**
 * Inputs that the model really runs on: zeros or ones in the smallest shapes that work, or nothing where none does.
 *
 * @param run runs the model once; what it gives is not looked at.
 * @throws whatever `run` throws, except `INPUT_INVALID` and `RUN_FAILED`, which only mean that these inputs do not fit.
 */
export async function findExample(
  signature: Signature,
  run: (inputs: Tensors) => Promise<unknown>,
): Promise<Tensors | undefined> {
  for (const inputs of candidates(signature.inputs.filter((spec) => spec.optional !== true))) {
    try {
      await run(inputs);
      return inputs;
    } catch (error) {
      if (!InferenceError.is(error) || (error.code !== "INPUT_INVALID" && error.code !== "RUN_FAILED")) throw error;
    }
  }
  return undefined;
}

function* candidates(specs: readonly TensorSpec[]): Generator<Tensors> {
  for (const sizes of freeSizes(specs)) {
    const shapes = specs.map((spec) => concreteShape(spec.shape, sizes));
    if (shapes.reduce((sum, shape) => sum + countOf(shape), 0) > MAX_ELEMENTS) continue;
    for (const fill of FILLS) {
      yield Object.fromEntries(specs.map((spec, index) => [spec.name, filled(spec.type, shapes[index] ?? [], fill)]));
    }
  }
}

/** What stands in place of what a model leaves open. */
interface FreeSizes {
  /** Size of the first dimension, mostly the batch. */
  readonly first: number;
  /** Size of the other free dimensions. */
  readonly other: number;
  /** Shape of a tensor that may be a scalar or of unknown rank. */
  readonly unknown: readonly number[];
}

function freeSizes(specs: readonly TensorSpec[]): FreeSizes[] {
  const isFirstFree = specs.some((spec) => spec.shape[0] === -1);
  const isOtherFree = specs.some((spec) => spec.shape.indexOf(-1, 1) > 0);
  const isUnknown = specs.some((spec) => spec.shape.length === 0);
  return [
    ...(isOtherFree ? SIZES : [1]).map((other) => ({ first: 1, other, unknown: [] })),
    ...(isUnknown ? [[1], [1, 1]] : []).map((unknown) => ({ first: 1, other: 1, unknown })),
    ...(isFirstFree ? SEVERAL : []).map((size) => ({ first: size, other: isOtherFree ? size : 1, unknown: [] })),
  ];
}

function concreteShape(shape: readonly number[], { first, other, unknown }: FreeSizes): readonly number[] {
  if (shape.length === 0) return unknown;
  return shape.map((size, axis) => (size >= 0 ? size : axis === 0 ? first : other));
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

const FLOAT16_ONE = 0x3c00;

function filled(type: ElementType, shape: readonly number[], fill: number): Tensor {
  const count = countOf(shape);
  if (type === "string") return tensor(type, shape, new Array<string>(count).fill(String(fill)));
  const element = FIXED_ELEMENTS[type];
  const data = new element.array(new ArrayBuffer(count * element.sizeBytes), 0, count);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(fill));
  else data.fill(type === "float16" ? fill * FLOAT16_ONE : fill);
  return tensor(type, shape, data);
}
