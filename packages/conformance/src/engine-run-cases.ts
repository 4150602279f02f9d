import assert from "node:assert/strict";
import { tensor } from "@virga/core";
import type { EngineCase } from "./engine-harness.ts";
import {
  assertFails,
  assertNames,
  assertTensor,
  bytesOf,
  floats,
  identity,
  sessionCase,
  unary,
} from "./engine-harness.ts";
import type { ModelDefinition } from "./onnx-model/onnx-model.ts";

const ABSOLUTE_AND_NEGATED = unary({ absolute: "Abs", negated: "Neg" });

/** One output that can be had, one of int4 that aborts the process when fetched, one that is a sequence. */
const PARTLY_UNUSABLE: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["N"] }],
  outputs: [
    { name: "list", sequence: { tensor: "float32", shape: ["N"] } },
    { name: "y", tensor: "float32", shape: ["N"] },
    { name: "tiny", tensor: "int4", shape: ["N"] },
  ],
  operations: [
    { operator: "SequenceConstruct", inputs: ["x"], outputs: ["list"] },
    { operator: "Neg", inputs: ["x"], outputs: ["y"] },
    { operator: "Cast", inputs: ["x"], outputs: ["tiny"], attributes: { to: { int: 22 } } },
  ],
};

/** Multiplies by constant weights of a size that is worth some work, and gives the weights as well. */
const WITH_WEIGHTS: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["N"] }],
  outputs: [
    { name: "x", tensor: "float32", shape: ["N"] },
    { name: "w", tensor: "float32", shape: [3] },
    { name: "same", tensor: "float32", shape: ["N"] },
  ],
  operations: [{ operator: "Identity", inputs: ["x"], outputs: ["same"] }],
  initializers: [{ name: "w", type: "float32", shape: [3], data: Float32Array.of(1, 2, 3) }],
};

const NAMES = ["first:0", "a/b", "__proto__", "constructor", "toString", " ", "žluť", "length", "then"];

/** What every engine owes whoever runs a session. */
export const ENGINE_RUN_CASES: readonly EngineCase[] = [
  ...NAMES.map((name) =>
    sessionCase(`takes an input named ${JSON.stringify(name)}`, identity("float32", ["N"], name), async (session) => {
      const outputs = await session.run(Object.fromEntries([[name, floats(1, 2)]]));
      assertTensor(outputs["y"], floats(1, 2));
    }),
  ),
  sessionCase(
    "gives outputs of names that every object has, asked for or not",
    unary({ constructor: "Abs", toString: "Neg", "a:0/b": "Exp", hasOwnProperty: "Sqrt" }),
    async (session) => {
      const all = await session.run({ x: floats(0) });
      assertNames(all, ["constructor", "toString", "a:0/b", "hasOwnProperty"]);
      const one = await session.run({ x: floats(-2) }, { outputs: ["toString"] });
      assertNames(one, ["toString"]);
      assertTensor(one["toString"], floats(2));
    },
  ),
  sessionCase("gives all outputs unless some are asked for", ABSOLUTE_AND_NEGATED, async (session) => {
    assertNames(await session.run({ x: floats(1) }), ["absolute", "negated"]);
    for (const [name, value] of [
      ["absolute", 5],
      ["negated", 5],
    ] as const) {
      const outputs = await session.run({ x: floats(-5) }, { outputs: [name] });
      assertNames(outputs, [name]);
      assertTensor(outputs[name], floats(value));
    }
  }),
  sessionCase("says which outputs there are when another is asked for", ABSOLUTE_AND_NEGATED, async (session) => {
    const run = session.run({ x: floats(1) }, { outputs: ["absolute", "none"] });
    await assertFails(run, "INPUT_INVALID", /"none"/, /"absolute", "negated"/);
    await assertFails(session.run({ x: floats(1) }, { outputs: ["constructor"] }), "INPUT_INVALID", /"constructor"/);
    await assertFails(session.run({ x: floats(1) }, { outputs: [] }), "INPUT_INVALID");
  }),
  sessionCase("leaves unusable outputs out and serves the others", PARTLY_UNUSABLE, async (session) => {
    assert.deepEqual(
      session.signature.outputs.map(({ name }) => name),
      ["y"],
    );
    assert.deepEqual(
      session.unusableOutputs.map(({ name }) => name),
      ["list", "tiny"],
    );
    for (const { reason } of session.unusableOutputs) assert.match(reason, /\w+ \w+ \w+/, "no reason given");
    const outputs = await session.run({ x: floats(1) });
    assertNames(outputs, ["y"]);
    assertTensor(outputs["y"], floats(-1));
    await assertFails(session.run({ x: floats(1) }, { outputs: ["list"] }), "INPUT_INVALID", /"list".*sequence/);
    await assertFails(session.run({ x: floats(1) }, { outputs: ["tiny"] }), "INPUT_INVALID", /"tiny".*int4/);
  }),
  sessionCase("keeps overlapping runs apart", unary({ y: "Neg" }), async (session) => {
    const inputs = Array.from({ length: 50 }, (_, index) => floats(...Array<number>(index + 1).fill(index)));
    const results = await Promise.all(inputs.map((x) => session.run({ x })));
    for (const [index, { y }] of results.entries()) {
      assertTensor(y, floats(...Array<number>(index + 1).fill(-index)), `output of run ${index}`);
    }
  }),
  sessionCase("keeps outputs apart from inputs, weights and later runs", WITH_WEIGHTS, async (session) => {
    const x = floats(1, 2);
    const first = await session.run({ x });
    x.data.fill(9);
    const weights = first["w"];
    assert.equal(weights?.type, "float32");
    weights.data.fill(7);
    const second = await session.run({ x });
    assertTensor(first["x"], floats(1, 2), "an output that is the input");
    assertTensor(first["same"], floats(1, 2), "an output of an earlier run");
    assertTensor(second["w"], floats(1, 2, 3), "weights as output");
    assertTensor(second["same"], floats(9, 9));
  }),
  {
    name: "outputs outlive their session",
    async run(createEngine) {
      const session = await createEngine().load(bytesOf(WITH_WEIGHTS));
      const outputs = await session.run({ x: floats(4, 5) });
      await session.close();
      assertTensor(outputs["w"], floats(1, 2, 3));
      assertTensor(outputs["same"], floats(4, 5));
    },
  },
  {
    name: "closes after the runs under way, and only once",
    async run(createEngine) {
      const session = await createEngine().load(bytesOf(unary({ y: "Neg" })));
      const ended: string[] = [];
      const run = session.run({ x: floats(1) }).then((outputs) => {
        ended.push("run");
        return outputs;
      });
      const closes = [session.close(), session.close()].map((close) => close.then(() => ended.push("close")));
      await Promise.all(closes);
      await session.close();
      assert.deepEqual(ended, ["run", "close", "close"]);
      assertTensor((await run)["y"], floats(-1));
    },
  },
  {
    name: "refuses a run after it was closed",
    async run(createEngine) {
      const session = await createEngine().load(bytesOf(unary({ y: "Neg" })));
      const closing = session.close();
      await assertFails(session.run({ x: floats(1) }), "INTERNAL", /closed/);
      await closing;
      await assertFails(session.run({ x: floats(1) }), "INTERNAL", /closed/);
    },
  },
  sessionCase("does not begin a run that nobody waits for", unary({ y: "Neg" }), async (session) => {
    const run = session.run({ x: floats(1) }, { signal: AbortSignal.abort() });
    await assertFails(run, "CANCELLED");
    const waiting = session.run({ x: floats(1) }, { signal: new AbortController().signal });
    assertTensor((await waiting)["y"], floats(-1));
  }),
  sessionCase(
    "runs a model without inputs",
    { ...WITH_WEIGHTS, inputs: [], operations: [], outputs: [{ name: "w", tensor: "float32", shape: [3] }] },
    async (session) => {
      assertTensor((await session.run({}))["w"], tensor("float32", [3], Float32Array.of(1, 2, 3)));
    },
  ),
];
