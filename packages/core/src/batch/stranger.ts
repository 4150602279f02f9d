import { float16ToNumber, numberToFloat16 } from "../tensor/float16.ts";
import { type Tensor, type Tensors, tensor } from "../tensor/tensor.ts";

/** The fraction whose multiples, modulo 1, are spread most evenly: the golden ratio's. */
const EVEN_SPREAD = 0.618_033_988_749;

/**
 * Makes inputs of the same shapes with other values, to be joined with a request's: where a model mixes the rows of a
 * batch, they show in that request's answer, even when all requests are the same.
 *
 * Floats get another sign, a larger range and no pattern. Whole numbers may be indices, so they are halved, which leaves
 * each between itself and 0; strings are reversed, which leaves digits digits.
 */
export function strangerTo(inputs: Tensors): Tensors {
  const stranger: Record<string, Tensor> = Object.create(null);
  for (const [name, input] of Object.entries(inputs)) stranger[name] = withOtherValues(input);
  return stranger;
}

function withOtherValues(input: Tensor): Tensor {
  const { type, shape } = input;
  switch (input.type) {
    case "float32":
    case "float64":
      return tensor(type, shape, input.data.map(otherNumber));
    case "float16":
      return tensor(
        type,
        shape,
        input.data.map((bits, index) => numberToFloat16(otherNumber(float16ToNumber(bits), index))),
      );
    case "int64":
    case "uint64":
      return tensor(
        type,
        shape,
        input.data.map((value) => value / 2n),
      );
    case "bool":
      return tensor(
        type,
        shape,
        input.data.map((value) => 1 - value),
      );
    case "string":
      return tensor(
        type,
        shape,
        input.data.map((text) => [...text].reverse().join("")),
      );
    default:
      return tensor(
        type,
        shape,
        input.data.map((value) => Math.trunc(value / 2)),
      );
  }
}

function otherNumber(value: number, index: number): number {
  const spread = 2 * ((index * EVEN_SPREAD) % 1) - 1;
  return Number.isFinite(value) ? spread - 3 * value : spread;
}
