import { inputInvalid } from "../errors.ts";
import type { Signature, Tensor, Tensors } from "../tensor/tensor.ts";
import { toTensor } from "./protocol/tensor-json.ts";
import { Service, type ServiceOptions } from "./service.ts";

/** A tensor, or plain values in its place: numbers, strings or booleans, nested or flat. */
export type PredictorInput = Tensor | PlainValue;

/** A number, text or boolean, or a row-major nesting of them. */
export type PlainValue = number | bigint | string | boolean | readonly PlainValue[];

/** Models (and a predictor in front of them), ready to be called from code. */
export interface LoadedPredictor {
  readonly signature: Signature;
  /**
   * Predicts once.
   *
   * @param inputs by name; plain values become tensors of the type that the signature asks for.
   * @throws InferenceError `INPUT_INVALID`, `RUN_FAILED`.
   */
  predict(inputs: Readonly<Record<string, PredictorInput>>): Promise<Tensors>;
  /** Frees the models after the predictions under way. */
  close(): Promise<void>;
}

/**
 * Loads a model, or a whole service, to be called inside another program.
 *
 * @param options a path to one model, or the same options that `createApp` takes.
 * @throws InferenceError `CONFIG_INVALID`, and what loading throws.
 */
export async function createPredictor(options: string | ServiceOptions): Promise<LoadedPredictor> {
  const service = new Service(typeof options === "string" ? { models: { model: { source: options } } } : options);
  const endpoint = service.onlyEndpoint();
  try {
    await service.warm();
    return {
      signature: await endpoint.use(async ({ runnable }) => runnable.signature),
      predict: (inputs) => endpoint.use(async ({ runnable }) => runnable.run(toTensors(inputs, runnable.signature))),
      close: () => service.close(),
    };
  } catch (error) {
    await service.close();
    throw error;
  }
}

function toTensors(inputs: Readonly<Record<string, PredictorInput>>, signature: Signature): Tensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      if (isTensor(value)) return [name, value];
      const spec = signature.inputs.find((input) => input.name === name);
      if (spec === undefined) {
        const known = signature.inputs.map((input) => input.name).join(", ");
        throw inputInvalid(`There is no input ${JSON.stringify(name)}; there is: ${known}.`);
      }
      return [name, toTensor(value, spec)];
    }),
  );
}

function isTensor(value: PredictorInput): value is Tensor {
  return typeof value === "object" && "data" in value && "shape" in value;
}
