import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { encodeModel, type ModelDefinition } from "@virga/conformance/onnx-model";
import type { Engine } from "../../src/session/engine.ts";
import { createOnnxEngine } from "../../src/session/onnx-engine.ts";
import { type Tensor, type Tensors, tensor } from "../../src/tensor/tensor.ts";
import { chooseLoad } from "../../src/weights/load-choice.ts";
import { prepareModel } from "../../src/weights/prepare/prepare-model.ts";
import type { Manifest } from "../../src/weights/registry/manifest.ts";

export const engine: Engine = createOnnxEngine({ threads: 1 });
let folder = "";
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "virga-prepare-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A new name in a folder that is gone after the tests. */
export function freshPath(): string {
  count += 1;
  return join(folder, String(count));
}

/** Writes a model, and files beside it, into a new folder. */
export function write(
  model: ModelDefinition,
  name = "some model.onnx",
  files: Readonly<Record<string, Uint8Array>> = {},
): string {
  const directory = freshPath();
  for (const [path, bytes] of Object.entries({ ...files, [name]: encodeModel(model) })) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), bytes);
  }
  return join(directory, name);
}

/** A prepared version. */
export interface Outcome {
  readonly directory: string;
  readonly manifest: Manifest;
}

export async function prepare(path: string, examples?: readonly Tensors[]): Promise<Outcome> {
  const directory = freshPath();
  return { directory, manifest: await prepareModel(path, directory, examples === undefined ? {} : { examples }) };
}

export async function answer(path: string, inputs: Tensors): Promise<Tensors> {
  const session = await engine.load({ kind: "file", path });
  const outputs = await session.run(inputs);
  await session.close();
  return outputs;
}

/** Loads a prepared version as its plan says and asks it. */
export async function answerPrepared({ directory, manifest }: Outcome, inputs: Tensors): Promise<Tensors> {
  const { graph, mode } = await chooseLoad(engine, manifest);
  const session = await engine.load({ kind: "file", path: join(directory, graph), ...(mode && { mode }) });
  const outputs = await session.run(inputs);
  await session.close();
  return outputs;
}

export function floats(...shape: number[]): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return tensor(
    "float32",
    shape,
    Float32Array.from({ length }, (_, index) => Math.sin(index + 1)),
  );
}

export function expectClose(actual: Tensors, expected: Tensors): void {
  for (const [name, { data }] of Object.entries(expected)) {
    const wantedNumbers = Array.from<unknown>(data).map(Number);
    const largest = Math.max(...wantedNumbers.map(Math.abs));
    for (const [index, wanted] of wantedNumbers.entries()) {
      expect(Math.abs(Number(actual[name]?.data[index]) - wanted)).toBeLessThanOrEqual(1e-5 * largest);
    }
  }
}

/** Hashes of a folder's files. */
export function filesOf(directory: string): Record<string, string> {
  const digest = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(directory, name)))
      .digest("hex");
  return Object.fromEntries(readdirSync(directory).map((name) => [name, digest(name)]));
}
