import { InferenceError } from "../../src/errors.ts";
import type { Tensors } from "../../src/tensor/tensor.ts";
import { valuesOf } from "./simulated-lanes.ts";
import type { SimulatedTime } from "./simulated-time.ts";

/** How each of several runs ends: the first number of its answer, or its failure's code. */
export async function outcomes(
  runs: readonly Promise<Tensors>[],
  time: SimulatedTime,
): Promise<(number | string | undefined)[]> {
  const ends = Promise.all(runs.map(outcome));
  await time.runOut();
  return ends;
}

/** How one run ends. */
export async function outcome(run: Promise<Tensors>): Promise<number | string | undefined> {
  try {
    return valuesOf(await run, "y")[0];
  } catch (error) {
    if (InferenceError.is(error)) return error.code;
    throw error;
  }
}
