import { FIXED_ELEMENTS } from "../../tensor/element-type.ts";
import { numberToFloat16 } from "../../tensor/float16.ts";
import { type Tensor, type TensorSpec, type Tensors, tensor } from "../../tensor/tensor.ts";
import type { DeclaredValue } from "../onnx-file/model-file.ts";

/** Sizes for free dimensions: the first of an input, most often the batch, and the others. */
export interface FreeSizes {
  readonly first: number;
  readonly others: number;
}

/** Numbers of one kind that inputs are filled with. */
interface Filling {
  /** Floats lie between these. */
  readonly floats: readonly [least: number, most: number];
  /** Whole numbers lie between 0 and this, or are all 1: ids, lengths, masks. */
  readonly integers: number | "ones";
  readonly bytes: number;
}

/** Small first; then what images, windows of sound and texts need at least. */
const FREE_SIZES: readonly FreeSizes[] = [
  { first: 2, others: 8 },
  { first: 1, others: 16 },
  { first: 1, others: 32 },
  { first: 1, others: 64 },
  { first: 1, others: 1 },
  { first: 1, others: 224 },
  { first: 1, others: 576 },
  { first: 16, others: 16 },
];
const FILLINGS: readonly Filling[] = [
  { floats: [-1, 1], integers: 9, bytes: 255 },
  { floats: [0, 1], integers: 1, bytes: 255 },
  { floats: [0.5, 1], integers: "ones", bytes: 1 },
  { floats: [0, 255], integers: 99, bytes: 255 },
];
const WORDS = ["a", "rain", "the cloud", "7", "Ünïcode"];
/** Beyond this a free dimension is not filled; a model's own fixed sizes may be larger. */
const MOST_ELEMENTS = 2 ** 24;

/**
 * Inputs that a model might take, likely ones first and the same every time: random numbers for every size that is fixed,
 * and a few sizes for each that is free.
 */
export function* trialInputs(
  specs: readonly TensorSpec[],
  declared: readonly DeclaredValue[],
  freeSizes: readonly FreeSizes[] = FREE_SIZES,
): Generator<Tensors> {
  const isFree = specs.some(({ shape }) => shape.length === 0 || shape.includes(-1));
  const byName = new Map(declared.map((value) => [value.name, value.shape]));
  const firstNames = new Set(declared.flatMap(({ shape }) => (typeof shape?.[0] === "string" ? [shape[0]] : [])));
  let seed = 0;
  for (const filling of FILLINGS) {
    for (const sizes of isFree ? freeSizes : freeSizes.slice(0, 1)) {
      const shapes = specs.map((spec) => shapeOf(spec, byName.get(spec.name), firstNames, sizes));
      if (isFree && shapes.some((shape) => product(shape) > MOST_ELEMENTS)) continue;
      const random = randomNumbers(++seed);
      const entries = specs.map((spec, index) => [spec.name, fill(spec, shapes[index] ?? [], filling, random)]);
      yield Object.fromEntries(entries);
    }
  }
}

/** Free dimensions of one name have one size; where no shape is declared, a vector or a scalar is tried. */
function shapeOf(
  spec: TensorSpec,
  declared: DeclaredValue["shape"],
  firstNames: ReadonlySet<string>,
  { first, others }: FreeSizes,
): number[] {
  if (spec.shape.length === 0) return declared === undefined && others > 1 ? [others] : [];
  const firstFree = spec.shape.indexOf(-1);
  return spec.shape.map((size, axis) => {
    if (size >= 0) return size;
    const name = declared?.[axis];
    const isFirst = typeof name === "string" ? firstNames.has(name) : axis === firstFree;
    return isFirst ? first : others;
  });
}

function fill(spec: TensorSpec, shape: readonly number[], filling: Filling, random: () => number): Tensor {
  const { type } = spec;
  const length = product(shape);
  if (type === "string") {
    const words = Array.from({ length }, () => WORDS[Math.floor(random() * WORDS.length)] ?? "");
    return tensor("string", shape, words);
  }
  const { array, sizeBytes } = FIXED_ELEMENTS[type];
  const data = new array(new ArrayBuffer(length * sizeBytes), 0, length);
  const next = numberSource(type, filling, random);
  for (let index = 0; index < length; index++) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = BigInt(next());
    else data[index] = next();
  }
  return tensor(type, shape, data);
}

function numberSource(type: keyof typeof FIXED_ELEMENTS, filling: Filling, random: () => number): () => number {
  const [least, most] = filling.floats;
  const float = (): number => least + random() * (most - least);
  const upTo = (limit: number): number => Math.floor(random() * (limit + 1));
  switch (type) {
    case "float16":
      return () => numberToFloat16(float());
    case "float32":
    case "float64":
      return float;
    case "bool":
      return () => upTo(1);
    case "int8":
    case "uint8":
      return () => upTo(filling.bytes);
    default: {
      const { integers } = filling;
      return integers === "ones" ? () => 1 : () => upTo(integers);
    }
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((result, size) => result * size, 1);
}

/** Numbers from 0 up to 1, the same for the same seed. Source: xorshift32, Marsaglia 2003. */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
