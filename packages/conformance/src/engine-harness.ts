import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ElementType,
  type Engine,
  type FailureCode,
  InferenceError,
  type ModelSource,
  type Session,
  type Tensor,
  type Tensors,
  tensor,
} from "@virga/core";
import type { ConformanceCase } from "./conformance-case.ts";
import { encodeModel, type ModelDefinition, type Operation } from "./onnx-model/onnx-model.ts";

/** Makes the engine that a case works on. */
export type CreateEngine = () => Engine;
export type EngineCase = ConformanceCase<CreateEngine>;

/** A case about a model that loads; its session is closed afterwards. */
export function sessionCase(
  name: string,
  model: ModelDefinition,
  check: (session: Session) => Promise<void> | void,
): EngineCase {
  return {
    name,
    async run(createEngine) {
      const session = await createEngine().load(bytesOf(model));
      try {
        await check(session);
      } finally {
        await session.close();
      }
    },
  };
}

export function bytesOf(model: ModelDefinition, externalData?: Record<string, Uint8Array>): ModelSource {
  return { kind: "bytes", bytes: encodeModel(model), ...(externalData === undefined ? {} : { externalData }) };
}

/** Writes files into a new folder, which is gone after `work`. */
export async function withFiles(
  files: Readonly<Record<string, Uint8Array>>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "virga-conformance-"));
  try {
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A model that gives back what it takes. */
export function identity(
  type: ElementType,
  shape?: readonly (number | string | null)[],
  input = "x",
  output = "y",
): ModelDefinition {
  const value = { tensor: type, ...(shape === undefined ? {} : { shape }) };
  return {
    inputs: [{ name: input, ...value }],
    outputs: [{ name: output, ...value }],
    operations: [{ operator: "Identity", inputs: [input], outputs: [output] }],
  };
}

/** A model of float32 vectors of any length: each output is one operation on the input `x`. */
export function unary(operations: Readonly<Record<string, string>>): ModelDefinition {
  const entries = Object.entries(operations);
  return {
    inputs: [{ name: "x", tensor: "float32", shape: ["N"] }],
    outputs: entries.map(([name]) => ({ name, tensor: "float32", shape: ["N"] })),
    operations: entries.map(([name, operator]): Operation => ({ operator, inputs: ["x"], outputs: [name] })),
  };
}

export function floats(...values: number[]): Tensor<"float32"> {
  return tensor("float32", [values.length], Float32Array.from(values));
}

/** Asserts type, shape and every element, bits rather than values: NaNs and signed zeros count. */
export function assertTensor(actual: Tensor | undefined, expected: Tensor, what = "the output"): void {
  assert.ok(actual, `${what} is missing`);
  assert.equal(actual.type, expected.type, `${what} has another type`);
  assert.deepEqual([...actual.shape], [...expected.shape], `${what} has another shape`);
  const [given, wanted] = [elementsOf(actual), elementsOf(expected)];
  assert.equal(given.length, wanted.length, `${what} has another length`);
  for (let index = 0; index < wanted.length; index++) {
    if (given[index] !== wanted[index]) assert.fail(`${what} differs at position ${index}`);
  }
}

/** Bytes, or strings. */
function elementsOf({ data }: Tensor): ArrayLike<string | number> {
  if (!ArrayBuffer.isView(data)) return data;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Asserts that all outputs are there and none else. */
export function assertNames(outputs: Tensors, names: readonly string[]): void {
  assert.deepEqual(Object.keys(outputs).sort(), [...names].sort(), "other outputs than asked for");
}

/** Asserts a failure that a user can be shown: its code, what it must say, and nothing of the inside. */
export async function assertFails(work: Promise<unknown>, code: FailureCode, ...says: RegExp[]): Promise<void> {
  const error = await work.then(
    () => assert.fail(`expected ${code}, but nothing failed`),
    (reason: unknown) => reason,
  );
  assert.ok(InferenceError.is(error), `expected ${code}, not ${String(error)}`);
  assert.equal(error.code, code, error.message);
  for (const pattern of says) assert.match(error.message, pattern);
  assert.doesNotMatch(error.message, /\.(cc|h|cpp|hpp):\d|onnxruntime_src|node_modules|\n/, "it leaks internals");
  assert.ok(!error.message.includes(tmpdir()), "it leaks the folder of the model");
  assert.ok(error.message.length < 1000, "it is too long to read");
}
