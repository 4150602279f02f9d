import { InferenceError } from "../../errors.ts";
import { type ElementType, FIXED_ELEMENTS } from "../../tensor/element-type.ts";
import { type Signature, type Tensor, type TensorSpec, type Tensors, tensor } from "../../tensor/tensor.ts";

/** Elements of all inputs together that an example may have, and with it the time that looking for one takes. */
const MAX_ELEMENTS = 1_000_000;
/** Sizes tried for the free dimensions that are not the first: lengths, then multiples that strided networks need. */
const SIZES = [1, 2, 8, 32, 64, 224, 256, 512];
/** The first free dimension is mostly the batch, so it stays 1 unless nothing else runs. */
const FIRST_SIZES = [1, 2, 8, 32];
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
  for (const [first, others] of freeSizes(specs)) {
    const shapes = specs.map((spec) =>
      spec.shape.map((size, axis) => (size >= 0 ? size : axis === 0 ? first : others)),
    );
    if (shapes.reduce((sum, shape) => sum + countOf(shape), 0) > MAX_ELEMENTS) continue;
    for (const fill of FILLS) {
      yield Object.fromEntries(specs.map((spec, index) => [spec.name, filled(spec.type, shapes[index] ?? [], fill)]));
    }
  }
}

/** Pairs of sizes for free dimensions: the first dimension's and that of all others. */
function freeSizes(specs: readonly TensorSpec[]): [number, number][] {
  const isFirstFree = specs.some((spec) => spec.shape[0] === -1);
  const isOtherFree = specs.some((spec) => spec.shape.indexOf(-1, 1) > 0);
  const others = isOtherFree ? SIZES : [1];
  const pairs = others.map((size): [number, number] => [1, size]);
  if (isFirstFree) pairs.push(...FIRST_SIZES.slice(1).map((size): [number, number] => [size, isOtherFree ? size : 1]));
  return pairs;
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
