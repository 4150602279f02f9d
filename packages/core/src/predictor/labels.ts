import { InferenceError } from "../errors.ts";
import type { Session } from "../session/engine.ts";
import type { RunOptions } from "../session/runnable.ts";
import { type Signature, type Tensor, type TensorSpec, type Tensors, tensor } from "../tensor/tensor.ts";

/** Where a classifier's class comes from: an output that holds its index, or the largest of its scores. */
type LabelSource =
  | { readonly kind: "index"; readonly output: TensorSpec }
  | { readonly kind: "scores"; readonly output: TensorSpec };

/**
 * Gives a classifier's answers the names of its classes.
 *
 * An integer output that holds class indices becomes a string output of the same name and shape. Where there is none, a
 * string output `label` is added: the class with the highest score along the last dimension.
 *
 * @throws InferenceError `CONFIG_INVALID` when no output can hold these classes.
 */
export function withLabels(session: Session, labels: readonly string[], modelName: string): Session {
  const source = findSource(session.signature.outputs, labels.length);
  if (source === undefined) {
    throw new InferenceError(
      "CONFIG_INVALID",
      `Model ${modelName} has no output for ${labels.length} labels: neither an integer class index nor float scores ` +
        `whose last dimension is ${labels.length}. Its outputs: ${describe(session.signature.outputs)}.`,
    );
  }
  const label = labelSpec(source, session.signature.outputs);
  const signature = withLabel(session.signature, label);
  return {
    signature,
    unusableOutputs: session.unusableOutputs,
    batchable: session.batchable ?? false,
    close: () => session.close(),
    async run(inputs: Tensors, options: RunOptions = {}): Promise<Tensors> {
      const wanted = options.outputs ?? signature.outputs.map((output) => output.name);
      const needed = wanted.map((name) => (name === label.name ? source.output.name : name));
      const outputs = await session.run(inputs, { ...options, outputs: [...new Set(needed)] });
      return pick(wanted, outputs, label.name, () => toLabels(source, outputs, labels));
    },
  };
}

function findSource(outputs: readonly TensorSpec[], classes: number): LabelSource | undefined {
  const index = outputs.find((output) => isInteger(output) && output.shape.length <= 1);
  if (index !== undefined) return { kind: "index", output: index };
  const scores = outputs.filter((output) => output.type === "float32" || output.type === "float64");
  const output =
    scores.find((spec) => spec.shape.at(-1) === classes) ?? scores.find((spec) => spec.shape.at(-1) === -1);
  return output === undefined ? undefined : { kind: "scores", output };
}

function isInteger(spec: TensorSpec): boolean {
  return spec.type === "int64" || spec.type === "int32";
}

function labelSpec(source: LabelSource, outputs: readonly TensorSpec[]): TensorSpec {
  if (source.kind === "index") return { ...source.output, type: "string" };
  const taken = outputs.some((output) => output.name === "label");
  return {
    name: taken ? `${source.output.name}_label` : "label",
    type: "string",
    shape: source.output.shape.slice(0, -1),
  };
}

function withLabel(signature: Signature, label: TensorSpec): Signature {
  const others = signature.outputs.filter((output) => output.name !== label.name);
  return { inputs: signature.inputs, outputs: [label, ...others] };
}

function pick(names: readonly string[], outputs: Tensors, labelName: string, label: () => Tensor): Tensors {
  return Object.fromEntries(
    names.flatMap((name) => {
      const output = name === labelName ? label() : outputs[name];
      return output === undefined ? [] : [[name, output]];
    }),
  );
}

function toLabels(source: LabelSource, outputs: Tensors, labels: readonly string[]): Tensor {
  const output = outputs[source.output.name];
  if (output === undefined || output.type === "string")
    throw new InferenceError("INTERNAL", "The class output is gone.");
  const indices = source.kind === "index" ? Array.from(output.data, Number) : largestOfEachRow(output, labels.length);
  const names = indices.map((index) => labels[index] ?? unknownClass(index, labels.length));
  return tensor("string", source.kind === "index" ? output.shape : output.shape.slice(0, -1), names);
}

function largestOfEachRow(scores: Exclude<Tensor, Tensor<"string">>, classes: number): number[] {
  const width = scores.shape.at(-1) ?? 0;
  if (width !== classes) {
    throw new InferenceError("CONFIG_INVALID", `The model gave ${width} scores, and the config has ${classes} labels.`);
  }
  return Array.from({ length: scores.data.length / width }, (_, row) => largest(scores.data, row * width, width));
}

function largest(data: ArrayLike<number | bigint>, start: number, width: number): number {
  let best = 0;
  for (let index = 1; index < width; index += 1) {
    if (Number(data[start + index]) > Number(data[start + best])) best = index;
  }
  return best;
}

function unknownClass(index: number, classes: number): never {
  throw new InferenceError(
    "CONFIG_INVALID",
    `The model answered class ${index}, and the config has ${classes} labels.`,
  );
}

function describe(outputs: readonly TensorSpec[]): string {
  return outputs.map((output) => `${output.name} (${output.type}[${output.shape.join(", ")}])`).join(", ");
}
