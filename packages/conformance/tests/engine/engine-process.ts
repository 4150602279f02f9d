import { createOnnxEngine, type Session, type Tensors, tensor } from "@virga/core";
import { bytesOf, floats, identity } from "../../src/engine-harness.ts";
import type { ModelDefinition } from "../../src/onnx-model/onnx-model.ts";

/** A process of its own that meets every kind of failure once; prints what a test wants to know of it. */
const engine = createOnnxEngine();
const float16Array: unknown = Reflect.get(globalThis, "Float16Array");

const EXPAND: ModelDefinition = {
  inputs: [
    { name: "x", tensor: "float32", shape: [1] },
    { name: "shape", tensor: "int64", shape: ["R"] },
  ],
  outputs: [{ name: "y", tensor: "float32" }],
  operations: [{ operator: "Expand", inputs: ["x", "shape"], outputs: ["y"] }],
};

const INVERSE: ModelDefinition = {
  inputs: [{ name: "x", tensor: "int32", shape: [1] }],
  outputs: [{ name: "y", tensor: "int32", shape: [1] }],
  operations: [{ operator: "Div", inputs: ["x", "x"], outputs: ["y"] }],
};

async function outcome(session: Session, inputs: Tensors): Promise<string> {
  return session.run(inputs).then(
    () => "done",
    (error: unknown) => String(Reflect.get(Object(error), "code")),
  );
}

function expandTo(size: bigint): Tensors {
  return { x: floats(1), shape: tensor("int64", [1], BigInt64Array.of(size)) };
}

const half = await engine.load(bytesOf(identity("float16", ["N"])));
const { y } = await half.run({ x: tensor("float16", [3], Uint16Array.of(0x3c00, 0x0001, 0xfc00)) });

await engine.load({ kind: "bytes", bytes: Uint8Array.of(1, 2, 3) }).catch(() => undefined);

const inverse = await engine.load(bytesOf(INVERSE));
const byZero = await outcome(inverse, { x: tensor("int32", [1], Int32Array.of(0)) });

const expand = await engine.load(bytesOf(EXPAND));
const before = process.memoryUsage.rss();
const tooLarge = await outcome(expand, expandTo(2n ** 45n));
const small = await outcome(expand, expandTo(3n));
const grownBytes = process.memoryUsage.rss() - before;

process.stdout.write(
  JSON.stringify({
    bits: y?.type === "float16" ? [...y.data] : y?.type,
    float16ArrayKept: Reflect.get(globalThis, "Float16Array") === float16Array,
    outcomes: [byZero, tooLarge, small],
    grownBytes,
  }),
);
