import { type FailureCode, type Tensor, type Tensors, tensor } from "@virga/core";
import { assertFails, assertTensor, type EngineCase, floats, identity, sessionCase } from "./engine-harness.ts";
import type { ModelDefinition } from "./onnx-model/onnx-model.ts";

const SUM: ModelDefinition = {
  inputs: [
    { name: "a", tensor: "float32", shape: ["N", 2] },
    { name: "b", tensor: "float32" },
  ],
  outputs: [{ name: "sum", tensor: "float32" }],
  operations: [{ operator: "Add", inputs: ["a", "b"], outputs: ["sum"] }],
};

const EXPAND: ModelDefinition = {
  inputs: [
    { name: "x", tensor: "float32", shape: [1] },
    { name: "shape", tensor: "int64", shape: ["R"] },
  ],
  outputs: [{ name: "y", tensor: "float32" }],
  operations: [{ operator: "Expand", inputs: ["x", "shape"], outputs: ["y"] }],
};

const GOOD: Tensors = { a: pairs(1), b: floats(1, 2) };

function pairs(count: number): Tensor<"float32"> {
  return tensor("float32", [count, 2], new Float32Array(count * 2));
}

/** A run that must be refused, after which the session must still answer. */
function refused(
  what: string,
  inputs: Tensors,
  says: readonly RegExp[],
  code: FailureCode = "INPUT_INVALID",
): EngineCase {
  return sessionCase(`refuses ${what}, and still answers`, SUM, async (session) => {
    await assertFails(session.run(inputs), code, ...says);
    assertTensor((await session.run(GOOD))["sum"], tensor("float32", [1, 2], Float32Array.of(1, 2)));
  });
}

/** What every engine owes a caller who is wrong. */
export const ENGINE_CHECK_CASES: readonly EngineCase[] = [
  refused("a missing input", { a: pairs(1) }, [/"b"/, /missing/]),
  refused("no inputs", {}, [/"a"/, /missing/]),
  refused("an unknown input beside all that it needs", { ...GOOD, c: floats(1) }, [/"c"/, /unknown/, /"a", "b"/]),
  refused("an unknown input named __proto__", Object.fromEntries([...Object.entries(GOOD), ["__proto__", floats(1)]]), [
    /"__proto__"/,
  ]),
  refused("another type", { ...GOOD, a: tensor("float64", [1, 2], new Float64Array(2)) }, [
    /"a"/,
    /float64/,
    /float32/,
  ]),
  refused("another rank", { ...GOOD, a: floats(1, 2) }, [/"a"/, /\[2\]/, /\[-1,2\]/]),
  refused("another size", { ...GOOD, a: tensor("float32", [1, 3], new Float32Array(3)) }, [/"a"/, /\[1,3\]/]),
  refused("fewer data than the shape says", { ...GOOD, a: tensor("float32", [2, 2], new Float32Array(3)) }, [
    /"a"/,
    /\b3\b/,
    /\b4\b/,
  ]),
  refused("more data than the shape says", { ...GOOD, b: tensor("float32", [2], new Float32Array(3)) }, [/"b"/]),
  refused("a size below zero", { ...GOOD, b: tensor("float32", [-1], new Float32Array(1)) }, [/"b"/, /-1/]),
  refused("a size that is no integer", { ...GOOD, b: tensor("float32", [0.5, 2], new Float32Array(1)) }, [
    /"b"/,
    /0\.5/,
  ]),
  refused("a size beyond all memory", { ...GOOD, b: tensor("float32", [2 ** 40, 2 ** 40], new Float32Array(4)) }, [
    /"b"/,
  ]),
  refused(
    "an empty tensor of a size beyond all memory",
    { ...GOOD, b: tensor("float32", [0, 2 ** 40], new Float32Array(0)) },
    [/"b"/],
  ),
  refused(
    "shapes that the model cannot bring together",
    { ...GOOD, b: floats(1, 2, 3) },
    [/Add/, /2 by 3/],
    "RUN_FAILED",
  ),
  sessionCase("refuses strings that the runtime would change", identity("string", ["N"]), async (session) => {
    const run = (...texts: string[]): Promise<Tensors> => session.run({ x: tensor("string", [texts.length], texts) });
    await assertFails(run("fine", "a\0b"), "INPUT_INVALID", /"x"/, /NUL/);
    await assertFails(run("\ud83d"), "INPUT_INVALID", /"x"/, /surrogate/);
    assertTensor((await run("fine"))["y"], tensor("string", [1], ["fine"]));
  }),
  sessionCase("refuses a boolean that is neither 0 nor 1", identity("bool", ["N"]), async (session) => {
    await assertFails(session.run({ x: tensor("bool", [1], Uint8Array.of(2)) }), "INPUT_INVALID", /"x"/);
  }),
  sessionCase("calls an input too large whose result has no room in memory", EXPAND, async (session) => {
    for (const sizes of [[2n ** 45n], [2n ** 40n, 2n ** 40n]]) {
      const shape = tensor("int64", [sizes.length], BigInt64Array.from(sizes));
      await assertFails(session.run({ x: floats(1), shape }), "INPUT_TOO_LARGE", /memory/);
    }
    const shape = tensor("int64", [1], BigInt64Array.of(3n));
    assertTensor((await session.run({ x: floats(1), shape }))["y"], floats(1, 1, 1));
  }),
];
