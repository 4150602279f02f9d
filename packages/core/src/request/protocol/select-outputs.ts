import { InferenceError } from "../../errors.ts";
import { quoted } from "../../tensor/check-tensors.ts";
import type { Tensor, Tensors } from "../../tensor/tensor.ts";

/**
 * Outputs by name: those asked for, or all.
 *
 * @throws InferenceError `INTERNAL` when one that was asked for is not there.
 */
export function selectOutputs(outputs: Tensors, names: readonly string[] | undefined): readonly [string, Tensor][] {
  return (names ?? Object.keys(outputs)).map((name) => {
    const output = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
    if (output === undefined) throw new InferenceError("INTERNAL", `The model gave no output ${quoted(name)}.`);
    return [name, output];
  });
}
