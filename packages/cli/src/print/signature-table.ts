import type { Signature, TensorSpec, UnusableOutput } from "@virga/core";
import { formatTable } from "./table.ts";

/** What a model takes and gives, and which of its outputs nobody can get and why. */
export function formatSignature(signature: Signature, unusableOutputs: readonly UnusableOutput[]): string {
  const row = (kind: string, spec: TensorSpec): string[] => [kind, spec.name, spec.type, formatShape(spec.shape)];
  const table = formatTable(
    [
      ...signature.inputs.map((spec) => row(spec.optional === true ? "input?" : "input", spec)),
      ...signature.outputs.map((spec) => row("output", spec)),
    ],
    "  ",
  );
  const unusable = unusableOutputs.map(({ name, reason }) => `  not usable: output ${name}: ${reason}`);
  return [table, ...unusable].join("\n");
}

function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
