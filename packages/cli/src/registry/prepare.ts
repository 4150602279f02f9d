import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { type Manifest, prepareModel } from "@virga/core/weights";
import { formatByteSize } from "../print/byte-size.ts";
import type { Terminal } from "../print/terminal.ts";

export interface PrepareArguments {
  readonly model: string;
  readonly output: string;
  readonly json: boolean;
}

/** Prepares a model for the fastest load, into a folder. */
export async function prepare({ model, output, json }: PrepareArguments, terminal: Terminal): Promise<void> {
  const manifest = await prepareInto(model, resolve(terminal.folder, output), terminal);
  if (json) {
    terminal.print(JSON.stringify(manifest, undefined, 2));
    return;
  }
  const files = manifest.files.map((file) => `  ${file.path}  ${formatByteSize(file.sizeBytes)}`);
  terminal.print([describePlan(manifest), ...files].join("\n"));
}

/** @throws InferenceError `WEIGHTS_MISSING` when there is no such file, and what preparing throws. */
export async function prepareInto(model: string, folder: string, terminal: Terminal): Promise<Manifest> {
  const path = resolve(terminal.folder, model);
  if (!existsSync(path)) throw new InferenceError("WEIGHTS_MISSING", `There is no file ${model}.`);
  return prepareModel(path, folder, { report: (text) => terminal.complain(text) });
}

/** What preparing came to, for people. */
export function describePlan({ load }: Manifest): string {
  if (load.kind === "original") return `Kept as it is: ${load.reason}`;
  return load.kind === "mapped"
    ? "Prepared: weights are mapped, and a session is ready as soon as they have arrived."
    : "Prepared: weights are mapped; the graph is fitted to the machine once they have arrived.";
}
