import type { Signature, TensorSpec } from "../../tensor/tensor.ts";

/** The input that values without a name are for: the only one that is needed, or there is. */
export function findOnlyInput({ inputs }: Signature): TensorSpec | undefined {
  const needed = inputs.filter(({ optional }) => !optional);
  const candidates = needed.length > 0 ? needed : inputs;
  return candidates.length === 1 ? candidates[0] : undefined;
}
