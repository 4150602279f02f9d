import { InferenceError } from "../errors.ts";
import type { ElementType } from "./element-type.ts";
import type { Tensor, Tensors } from "./tensor.ts";

/**
 * The tensor of that name, known to the compiler by its type; for the user's code behind a model.
 *
 * @throws InferenceError `CONFIG_INVALID` when there is none or it has another type: the code and the model do not fit.
 */
export function expectTensor<Type extends ElementType>(tensors: Tensors, name: string, type: Type): Tensor<Type> {
  const found = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (found !== undefined && hasType(found, type)) return found;
  const known = Object.entries(tensors).map(([each, { type: its, shape }]) => `${each} (${its}[${shape.join(", ")}])`);
  throw new InferenceError(
    "CONFIG_INVALID",
    `The predictor expects a ${type} tensor ${JSON.stringify(name)}; it got: ${known.join(", ") || "none"}.`,
  );
}

function hasType<Type extends ElementType>(tensor: Tensor, type: Type): tensor is Tensor & Tensor<Type> {
  return tensor.type === type;
}
