import assert from "node:assert/strict";
import { join } from "node:path";
import type { FailureCode } from "@virga/core";
import {
  assertFails,
  assertTensor,
  bytesOf,
  type CreateEngine,
  type EngineCase,
  floats,
  identity,
  sessionCase,
  unary,
  withFiles,
} from "./engine-harness.ts";
import { encodeModel, type ModelDefinition } from "./onnx-model/onnx-model.ts";

const WEIGHTS = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
const NEGATE = encodeModel(unary({ y: "Neg" }));

/** Adds weights from another file to its input. */
const EXTERNAL: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: [4] }],
  outputs: [{ name: "y", tensor: "float32", shape: [4] }],
  operations: [{ operator: "Add", inputs: ["x", "w"], outputs: ["y"] }],
  initializers: [{ name: "w", type: "float32", shape: [4], data: { location: "weights.bin" } }],
};

async function assertAddsWeights(load: ReturnType<ReturnType<CreateEngine>["load"]>): Promise<void> {
  const session = await load;
  assertTensor((await session.run({ x: floats(10, 10, 10, 10) }))["y"], floats(11, 12, 13, 14));
  await session.close();
}

/** Bytes that are no model are refused alike from a file and from memory. */
function refusedBytes(name: string, bytes: Uint8Array, code: FailureCode, says: RegExp): EngineCase {
  return {
    name: `refuses ${name}, from a file and from memory`,
    async run(createEngine) {
      const engine = createEngine();
      await assertFails(engine.load({ kind: "bytes", bytes }), code, says);
      await withFiles({ "m.onnx": bytes }, async (folder) => {
        await assertFails(engine.load({ kind: "file", path: join(folder, "m.onnx") }), code, says, /m\.onnx/);
      });
    },
  };
}

/** A model of one operation whose value types are the point. */
function oneOperation(
  operator: string,
  input: ModelDefinition["inputs"][number],
  output: ModelDefinition["outputs"][number],
  to?: number,
): Uint8Array {
  const attributes = to === undefined ? {} : { to: { int: to } };
  const operations = [{ operator, inputs: [input.name], outputs: [output.name], attributes }];
  return encodeModel({ inputs: [input], outputs: [output], operations });
}

const FLOAT = { tensor: "float32", shape: [2] } as const;

/** What every engine owes whoever loads a model. */
export const ENGINE_LOAD_CASES: readonly EngineCase[] = [
  {
    name: "loads from a file, whatever letters its path has",
    async run(createEngine) {
      await withFiles({ "example ż 大 김.onnx": NEGATE }, async (folder) => {
        const session = await createEngine().load({ kind: "file", path: join(folder, "example ż 大 김.onnx") });
        assertTensor((await session.run({ x: floats(1, -2) }))["y"], floats(-1, 2));
        await session.close();
      });
    },
  },
  {
    name: "loads from bytes in the middle of a larger buffer, and from shared memory",
    async run(createEngine) {
      for (const buffer of [new ArrayBuffer(NEGATE.length + 9), new SharedArrayBuffer(NEGATE.length + 9)]) {
        const bytes = new Uint8Array(buffer, 5, NEGATE.length);
        bytes.set(NEGATE);
        const session = await createEngine().load({ kind: "bytes", bytes });
        bytes.fill(0);
        assertTensor((await session.run({ x: floats(3) }))["y"], floats(-3));
        await session.close();
      }
    },
  },
  {
    name: "reads external data beside the file",
    async run(createEngine) {
      await withFiles({ "m.onnx": encodeModel(EXTERNAL), "weights.bin": WEIGHTS }, async (folder) => {
        await assertAddsWeights(createEngine().load({ kind: "file", path: join(folder, "m.onnx") }));
      });
    },
  },
  {
    name: "takes external data from memory",
    async run(createEngine) {
      await assertAddsWeights(createEngine().load(bytesOf(EXTERNAL, { "weights.bin": WEIGHTS })));
    },
  },
  {
    name: "names the external data file that is missing",
    async run(createEngine) {
      const engine = createEngine();
      await withFiles({ "m.onnx": encodeModel(EXTERNAL) }, async (folder) => {
        await assertFails(
          engine.load({ kind: "file", path: join(folder, "m.onnx") }),
          "WEIGHTS_MISSING",
          /weights\.bin/,
        );
      });
      await assertFails(engine.load(bytesOf(EXTERNAL)), "WEIGHTS_MISSING", /weights\.bin/);
      const other = { "other.bin": WEIGHTS };
      await assertFails(engine.load(bytesOf(EXTERNAL, other)), "WEIGHTS_MISSING", /weights\.bin/);
    },
  },
  {
    name: "refuses external data that has been cut short",
    async run(createEngine) {
      const engine = createEngine();
      const cut = WEIGHTS.subarray(0, 8);
      await withFiles({ "m.onnx": encodeModel(EXTERNAL), "weights.bin": cut }, async (folder) => {
        await assertFails(engine.load({ kind: "file", path: join(folder, "m.onnx") }), "WEIGHTS_CORRUPT", /cut short/);
      });
      await assertFails(engine.load(bytesOf(EXTERNAL, { "weights.bin": cut })), "WEIGHTS_CORRUPT", /cut short/);
    },
  },
  {
    name: "says that a file is missing or a directory",
    async run(createEngine) {
      const engine = createEngine();
      await withFiles({}, async (folder) => {
        const missing = join(folder, "none.onnx");
        await assertFails(engine.load({ kind: "file", path: missing }), "WEIGHTS_MISSING", /none\.onnx does not exist/);
        await assertFails(engine.load({ kind: "file", path: folder }), "WEIGHTS_MISSING", /is a directory/);
      });
    },
  },
  refusedBytes("an empty file", new Uint8Array(), "WEIGHTS_CORRUPT", /is empty/),
  refusedBytes("a model cut short", NEGATE.subarray(0, NEGATE.length - 20), "WEIGHTS_CORRUPT", /cut short|refused/),
  refusedBytes(
    "noise",
    Uint8Array.from({ length: 999 }, (_, index) => index * 37),
    "WEIGHTS_CORRUPT",
    /not an ONNX model/,
  ),
  refusedBytes(
    "a Git LFS pointer",
    new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
    "WEIGHTS_CORRUPT",
    /Git LFS/,
  ),
  refusedBytes(
    "an unknown operator",
    oneOperation("Fnord", { name: "x", ...FLOAT }, { name: "y", ...FLOAT }),
    "MODEL_UNSUPPORTED",
    /Fnord/,
  ),
  refusedBytes(
    "a bfloat16 input",
    oneOperation("Cast", { name: "x", tensor: "bfloat16", shape: [2] }, { name: "y", ...FLOAT }, 1),
    "MODEL_UNSUPPORTED",
    /bfloat16/,
  ),
  refusedBytes(
    "an int4 input",
    oneOperation("Cast", { name: "x", tensor: "int4", shape: [2] }, { name: "y", ...FLOAT }, 1),
    "MODEL_UNSUPPORTED",
    /"x".*int4/,
  ),
  refusedBytes(
    "a sequence as input",
    oneOperation("SequenceLength", { name: "x", sequence: FLOAT }, { name: "y", tensor: "int64", shape: [] }),
    "MODEL_UNSUPPORTED",
    /"x".*sequence/,
  ),
  refusedBytes(
    "a model whose only output is int4",
    oneOperation("Cast", { name: "x", ...FLOAT }, { name: "y", tensor: "int4", shape: [2] }, 22),
    "MODEL_UNSUPPORTED",
    /"y".*int4/,
  ),
  {
    name: "loads again after a failed load",
    async run(createEngine) {
      const engine = createEngine();
      await assertFails(engine.load({ kind: "bytes", bytes: new Uint8Array(3) }), "WEIGHTS_CORRUPT");
      const session = await engine.load({ kind: "bytes", bytes: NEGATE });
      assertTensor((await session.run({ x: floats(1) }))["y"], floats(-1));
      await session.close();
    },
  },
  {
    name: "loads several models at once, each with weights of its own",
    async run(createEngine) {
      const engine = createEngine();
      const operators = ["Neg", "Abs", "Sqrt", "Exp"];
      const sessions = await Promise.all(operators.map((operator) => engine.load(bytesOf(unary({ y: operator })))));
      const results = await Promise.all(sessions.map((session) => session.run({ x: floats(4) })));
      const firsts = results.map((result) => result["y"]?.data[0]);
      assert.deepEqual(firsts.slice(0, 3), [-4, 4, 2]);
      await Promise.all(sessions.map((session) => session.close()));
    },
  },
  sessionCase(
    "reads names, types and shapes into the signature, free dimensions as -1",
    identity("uint16", ["batch", null, 3, 0], "second/input:0", "path/to/output:1"),
    ({ signature, unusableOutputs }) => {
      const shape = [-1, -1, 3, 0];
      assert.deepEqual(signature.inputs, [{ name: "second/input:0", type: "uint16", shape }]);
      assert.deepEqual(signature.outputs, [{ name: "path/to/output:1", type: "uint16", shape }]);
      assert.deepEqual(unusableOutputs, []);
    },
  ),
];
