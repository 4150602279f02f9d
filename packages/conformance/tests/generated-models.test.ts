import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createApp, type ElementType, FIXED_ELEMENTS, type Tensor, tensor } from "@virga/core";
import { type RunningServer, startServer } from "@virga/server";
import { assertTensor } from "../src/corpus/compare-tensors.ts";
import { createInfer } from "../src/corpus/open-inference-client.ts";
import { assertRefused, outputsOf } from "../src/corpus/outcome.ts";
import { fromBytes } from "../src/corpus/recorded-tensor.ts";
import { encodeModel, type Value } from "../src/onnx-model/onnx-model.ts";

const EXACT = { rtol: 0, atol: 0 };
const TYPES = [...Object.keys(FIXED_ELEMENTS), "string"] as ElementType[];
const NAMES = [
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "length", "then"],
  ...["inputs", "instances", "outputs", "id", "name", "data", "0", "-1"],
  ...["a/b:0", "ü 大 🐎", " ", 'quote " backslash \\', "line\nbreak", "%2F", "x".repeat(2_000)],
];
const SHAPES = [[], [0], [1], [7], [2, 0, 3], [0, 0], [1, 1, 1, 1, 1, 1, 1, 1], [2, 3, 2, 2]];

/** Gives its input back; input and output may not share a name, so the output's has a mark behind it. */
function identity(name: string, type: ElementType, shape?: readonly (number | string)[]): Uint8Array {
  const value = (of: string): Value => ({ name: of, tensor: type, ...(shape && { shape }) });
  return encodeModel({
    inputs: [value(name)],
    outputs: [value(`${name}'`)],
    operations: [{ operator: "Identity", inputs: [name], outputs: [`${name}'`] }],
  });
}

/** Every byte pattern for types that take any, and values from one end to the other for those that do not. */
function sample(type: ElementType, shape: readonly number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (type === "string") {
    const texts = ["", "a", "grüße 🐎", "\u007f\u0080\uffff", "NaN", '"\\/\b\f\n\r\t'];
    return tensor(
      "string",
      shape,
      Array.from({ length: count }, (_, index) => texts[index % texts.length] ?? ""),
    );
  }
  const size = count * FIXED_ELEMENTS[type].sizeBytes;
  const bytes = Uint8Array.from({ length: size }, (_, index) =>
    type === "bool" ? index % 2 : (index * 89 + 127) % 256,
  );
  return fromBytes(type, shape, bytes);
}

let server: RunningServer;
const models = new Map<string, Uint8Array>([
  ...NAMES.map((name, index): [string, Uint8Array] => [`name-${index}`, identity(name, "float32", ["N"])]),
  ...TYPES.map((type): [string, Uint8Array] => [`any-${type}`, identity("x", type)]),
  ...SHAPES.map((shape, index): [string, Uint8Array] => [`fixed-${index}`, identity("x", "int16", shape)]),
]);

beforeAll(async () => {
  const sources = Array.from(models, ([name, bytes]) => [name, { source: { kind: "bytes", bytes } }] as const);
  server = await startServer(createApp({ models: Object.fromEntries(sources) }), { port: 0 });
});
afterAll(() => server.drain());

describe.each(["json", "binary"] as const)("as %s", (encoding) => {
  async function expectEcho(model: string, name: string, given: Tensor): Promise<void> {
    const outputs = outputsOf(await createInfer(server.url, encoding)(model, Object.fromEntries([[name, given]])));
    expect(Object.keys(outputs)).toEqual([`${name}'`]);
    assertTensor(name, outputs[`${name}'`], given, EXACT);
  }

  it.each(NAMES.map((name, index) => [name.slice(0, 40), index] as const))(
    "a tensor may be named %j",
    async (_, index) => {
      await expectEcho(`name-${index}`, NAMES[index]!, tensor("float32", [2], Float32Array.of(0.1, -0)));
    },
  );

  describe.each(TYPES)("%s of unknown rank", (type) => {
    it.each(SHAPES.map((shape) => [shape] as const))("takes the shape %j", async (shape) => {
      await expectEcho(`any-${type}`, "x", sample(type, shape));
    });
  });

  it.each(SHAPES.map((shape, index) => [shape, index] as const))("keeps the fixed shape %j", async (shape, index) => {
    await expectEcho(`fixed-${index}`, "x", sample("int16", shape));
    const other = sample("int16", [...shape, 2]);
    const answer = await createInfer(server.url, encoding)(`fixed-${index}`, { x: other });
    // A signature does not tell a scalar from a tensor of unknown rank, and the runtime lets this one pass.
    if (shape.length > 0) assertRefused(answer, [400]);
  });
});
