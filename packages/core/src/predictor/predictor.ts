import type { ParameterValue, Runnable } from "../session/runnable.ts";
import type { ElementType } from "../tensor/element-type.ts";
import type { Tensor, Tensors } from "../tensor/tensor.ts";

/** Type and shape of one named tensor of a predictor's own signature; `-1` is a free dimension. */
export interface TensorField {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly optional?: boolean;
}

/** Fields of a predictor's inputs or outputs by name. */
export type TensorFields = Readonly<Record<string, TensorField>>;

/** The tensors that fields describe, each with the array of its own type. */
export type TensorsOf<Fields extends TensorFields> = {
  readonly [Name in keyof Fields as Fields[Name] extends { optional: true } ? never : Name]: Tensor<
    Fields[Name]["type"]
  >;
} & {
  readonly [Name in keyof Fields as Fields[Name] extends { optional: true } ? Name : never]?: Tensor<
    Fields[Name]["type"]
  >;
};

/** What the user's code gets beside the inputs. */
export interface PredictorContext {
  /**
   * One of the service's models, ready to run.
   *
   * @throws InferenceError `MODEL_UNKNOWN` for a name that the config does not have.
   */
  model(name?: string): Runnable;
  /** Names of the outputs that the caller asked for; all where absent. */
  readonly outputs?: readonly string[];
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly requestId: string;
  /** Aborted at the deadline and when the caller has gone. */
  readonly signal: AbortSignal;
}

/** The user's code around the models, as the service runs it. */
export interface Predictor {
  /** What it takes; the only model's inputs where absent. */
  readonly inputs?: TensorFields;
  /** What it gives; the only model's outputs where absent. */
  readonly outputs?: TensorFields;
  /** Called for every request, after the inputs were checked against `inputs`. */
  predict(inputs: Tensors, context: PredictorContext): Tensors | Promise<Tensors>;
}

/** A predictor as it is written: inputs and outputs typed by the fields declared beside it. */
export interface PredictorDefinition<Inputs extends TensorFields, Outputs extends TensorFields> {
  readonly inputs?: Inputs;
  readonly outputs?: Outputs;
  /** Called for every request, after the inputs were checked against `inputs`. */
  predict(inputs: TensorsOf<Inputs>, context: PredictorContext): TensorsOf<Outputs> | Promise<TensorsOf<Outputs>>;
}

/** Declares the user's code before and after the models; the default export of a predictor file. */
export function definePredictor<
  const Inputs extends TensorFields = TensorFields,
  const Outputs extends TensorFields = TensorFields,
>(definition: PredictorDefinition<Inputs, Outputs>): Predictor {
  return definition as unknown as Predictor;
}
