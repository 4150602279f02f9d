import { existsSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { createOnnxEngine, InferenceError, type TensorSpec, toDatatype } from "@virga/core";
import { type ModelFacts, readModelFacts } from "./model-file.ts";
import { formatByteSize } from "./print/byte-size.ts";
import { formatSignature } from "./print/signature-table.ts";
import type { Terminal } from "./print/terminal.ts";

export interface InspectArguments {
  readonly model: string;
  readonly json: boolean;
}

/** Shows what a model takes and gives. @throws InferenceError when the file is not there or is no model that can run. */
export async function inspect({ model, json }: InspectArguments, terminal: Terminal): Promise<void> {
  const path = resolve(terminal.folder, model);
  if (!existsSync(path)) throw new InferenceError("WEIGHTS_MISSING", `There is no file ${model}.`);
  const session = await createOnnxEngine().load({ kind: "file", path });
  const { signature, unusableOutputs } = session;
  await session.close();
  // A format that the runtime loads and this program does not read has no more to tell than its size.
  const file = readModelFacts(path) ?? { sizeBytes: statSync(path).size, operatorSets: {}, externalPaths: [] };
  const externalFiles = file.externalPaths.map((each) => ({
    path: relative(terminal.folder, each),
    sizeBytes: statSync(each).size,
  }));
  if (!json) {
    terminal.print(
      [model, ...describeFile(file, externalFiles), formatSignature(signature, unusableOutputs)].join("\n"),
    );
    return;
  }
  const { sizeBytes, producer, operatorSets } = file;
  const description = {
    path: model,
    sizeBytes,
    externalFiles,
    producer,
    operatorSets,
    inputs: signature.inputs.map(withDatatype),
    outputs: signature.outputs.map(withDatatype),
    unusableOutputs,
  };
  terminal.print(JSON.stringify(description, undefined, 2));
}

/** `datatype` is the type's name in the Open Inference Protocol. */
function withDatatype(spec: TensorSpec): TensorSpec & { datatype: string } {
  return { ...spec, datatype: toDatatype(spec.type) };
}

interface ExternalFile {
  readonly path: string;
  readonly sizeBytes: number;
}

function describeFile(file: ModelFacts, externalFiles: readonly ExternalFile[]): string[] {
  const operatorSets = Object.entries(file.operatorSets).map(([domain, version]) => `${domain} ${version}`);
  const facts = [
    formatByteSize(file.sizeBytes),
    ...(operatorSets.length === 0 ? [] : [`operators ${operatorSets.join(", ")}`]),
    ...(file.producer === undefined ? [] : [`made by ${file.producer}`]),
  ];
  const weights = externalFiles.map(({ path, sizeBytes }) => `  weights in ${path}, ${formatByteSize(sizeBytes)}`);
  return [`  ${facts.join("; ")}`, ...weights, ""];
}
