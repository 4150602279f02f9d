import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeModel } from "@virga/conformance/onnx-model";
import { type ModelStore, Registry } from "@virga/core/weights";
import { publishModels } from "@virga/deploy";

/** `Y = X + X` over `float32[rows, 2]`. */
export const DOUBLER: Uint8Array = encodeModel({
  inputs: [{ name: "X", tensor: "float32", shape: ["rows", 2] }],
  outputs: [{ name: "Y", tensor: "float32", shape: ["rows", 2] }],
  operations: [{ operator: "Add", inputs: ["X", "X"], outputs: ["Y"] }],
});

/** Puts the model into a registry, where `production` points at it. */
export async function publishDoubler(store: ModelStore): Promise<void> {
  await withFolder(async (folder) => {
    const path = join(folder, "doubler.onnx");
    await writeFile(path, DOUBLER);
    const models = [{ name: "doubler", origin: { kind: "file", path } as const }];
    await publishModels({ models, folder }, new Registry(store), { author: { by: "test" } });
  });
}

/** A folder that is gone afterwards. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "virga-function-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
