import { toDatatype } from "../../tensor/element-type.ts";
import { float16ToNumber } from "../../tensor/float16.ts";
import type { Tensor, Tensors } from "../../tensor/tensor.ts";

type Plain = number | string | boolean | readonly Plain[];

/** Inputs as an Open Inference request. */
export function toInferExample(inputs: Tensors): object {
  return {
    inputs: Object.entries(inputs).map(([name, each]) => ({
      name,
      shape: each.shape,
      datatype: toDatatype(each.type),
      data: toPlainElements(each),
    })),
  };
}

/** Inputs nested by name, one level a dimension. */
export function toNamedExample(inputs: Tensors): Record<string, Plain> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, each]) => [name, nest(toPlainElements(each), each.shape)]),
  );
}

/** An example holds small whole numbers only, so every type fits a JSON number. */
function toPlainElements(tensor: Tensor): Plain[] {
  switch (tensor.type) {
    case "string":
      return [...tensor.data];
    case "bool":
      return Array.from(tensor.data, (element) => element !== 0);
    case "float16":
      return Array.from(tensor.data, float16ToNumber);
    default:
      return Array.from<number | bigint, number>(tensor.data, Number);
  }
}

function nest(elements: readonly Plain[], shape: readonly number[]): Plain {
  const [size, ...rest] = shape;
  if (size === undefined) return elements[0] ?? [];
  const width = elements.length / Math.max(1, size);
  return Array.from({ length: size }, (_, index) => nest(elements.slice(index * width, (index + 1) * width), rest));
}
