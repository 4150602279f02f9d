import { InferenceError } from "../errors.ts";
import { type Tensor, type Tensors, tensor } from "../tensor/tensor.ts";

/**
 * Splits the outputs of a joined run, `[sum of rows, …]`, into those of its parts, each with buffers of its own, so that
 * an answer that is sent slowly holds no other.
 *
 * @throws InferenceError `RUN_FAILED` when an output's first dimension is not the number of rows: it is no batch.
 */
export function splitOutputs(outputs: Tensors, rows: readonly number[]): Tensors[] {
  const total = rows.reduce((sum, count) => sum + count, 0);
  const parts = rows.map((): Record<string, Tensor> => Object.create(null));
  for (const [name, output] of Object.entries(outputs)) {
    if (output.shape[0] !== total) throw noBatch(name, output.shape, total);
    let start = 0;
    for (const [index, part] of parts.entries()) {
      const count = rows[index] ?? 0;
      part[name] = sliceRows(output, start, count);
      start += count;
    }
  }
  return parts;
}

function sliceRows({ type, shape, data }: Tensor, start: number, count: number): Tensor {
  const [, ...rest] = shape;
  const width = rest.reduce((product, size) => product * size, 1);
  return tensor(type, [count, ...rest], data.slice(start * width, (start + count) * width));
}

function noBatch(name: string, shape: readonly number[], rows: number): InferenceError {
  return new InferenceError(
    "RUN_FAILED",
    `Output ${JSON.stringify(name)} has the shape [${shape.join()}] after a run of ${rows} joined rows.`,
  );
}
