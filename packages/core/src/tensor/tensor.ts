import type { ElementType, TensorData } from "./element-type.ts";

/** A dense row-major tensor; `data.length` is the product of `shape`, and a scalar has the shape `[]`. */
export type Tensor<Type extends ElementType = ElementType> = {
  [Each in Type]: {
    readonly type: Each;
    readonly shape: readonly number[];
    readonly data: TensorData[Each];
  };
}[Type];

/** Tensors by name: the only value that passes between protocol, predictor and session. */
export type Tensors = Readonly<Record<string, Tensor>>;

/**
 * What is taken or given under one name; `-1` is a free dimension, and `[]` takes any shape: a model's signature does
 * not tell a scalar from a tensor of unknown rank.
 */
export interface TensorSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Only a predictor's inputs can be optional: a model needs all of its own. */
  readonly optional?: boolean;
}

/** What a model, or the predictor in front of it, takes and gives. */
export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** Builds a tensor, so that type, shape and data are checked against each other by the compiler. */
export function tensor<Type extends ElementType>(
  type: Type,
  shape: readonly number[],
  data: TensorData[Type],
): Tensor<Type> {
  return { type, shape, data } as Tensor<Type>;
}
