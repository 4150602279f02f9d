import { expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance";
import { createOnnxEngine } from "../../src/session/onnx-engine.ts";

type Shape = readonly (string | number | null)[];

const engine = createOnnxEngine({ threads: 1 });

/** What the session of a model says whose outputs are its inputs, and the first once more with a shape of its own. */
async function batchable(inputs: readonly Shape[], output: Shape): Promise<boolean | undefined> {
  const names = inputs.map((_, index) => `x${index}`);
  const bytes = encodeModel({
    inputs: inputs.map((shape, index) => ({ name: names[index] ?? "", tensor: "float32", shape })),
    outputs: [
      ...names.map((name) => ({ name: `${name}!`, tensor: "float32", shape: ["M", 2] }) as const),
      { name: "y", tensor: "float32", shape: output },
    ],
    operations: [
      ...names.map((name) => ({ operator: "Identity", inputs: [name], outputs: [`${name}!`] })),
      { operator: "Identity", inputs: [names[0] ?? ""], outputs: ["y"] },
    ],
  });
  const session = await engine.load({ kind: "bytes", bytes });
  await session.close();
  return session.batchable;
}

const PAIRS = ["batch", 2];

it.each([
  ["of one input", [PAIRS], PAIRS, true],
  ["without a name", [[null, 2]], PAIRS, true],
  ["of one name in all inputs", [PAIRS, PAIRS], PAIRS, true],
  ["of another name in each input", [PAIRS, ["words", 2]], PAIRS, false],
  ["that is the second as well", [["nodes", "nodes"]], ["nodes", "nodes"], false],
  ["that is fixed", [[1, 2]], [1, 2], false],
])("a first dimension %s is told as rows only where it can be", async (_, inputs, output, expected) => {
  expect(await batchable(inputs, output)).toBe(expected);
});
