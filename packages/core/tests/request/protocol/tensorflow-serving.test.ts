import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { toResponse } from "../../../src/request/answer.ts";
import { TensorValues } from "../../../src/request/json/tensor-text.ts";
import { writeJson } from "../../../src/request/json/write-json.ts";
import { decodeTensorFlowServing } from "../../../src/request/protocol/tensorflow-serving/tensorflow-serving.ts";
import type { Signature, Tensor, Tensors } from "../../../src/tensor/tensor.ts";
import { anyTensor, comparable } from "../tensor-arbitrary.ts";
import { echo, MODEL, message, refusal, signature } from "./messages.ts";

const IRIS = signature({ name: "x", type: "float32", shape: [-1, 4] });
const TWO = signature({ name: "a", type: "int64", shape: [-1] }, { name: "b", type: "string", shape: [-1, 2] });

function decoded(body: unknown, spec: Signature): Tensors {
  return decodeTensorFlowServing(message(body), spec).inputs;
}

function shapeOf(body: unknown, spec: Signature): readonly number[] | undefined {
  return decoded(body, spec)["x"]?.shape;
}

function refused(body: unknown, spec: Signature): string {
  return refusal(() => decoded(body, spec));
}

async function answer(body: unknown, spec: Signature, outputs: Tensors): Promise<unknown> {
  return toResponse(decodeTensorFlowServing(message(body), spec).respond(outputs, MODEL)).json();
}

describe("instances", () => {
  it("are rows of the only input, plain or by name", () => {
    const row = [5.1, 3.5, 1.4, 0.2];
    for (const instances of [
      [row, row],
      [{ x: row }, { x: row }],
    ]) {
      const { x } = decoded({ instances }, IRIS);
      expect(x).toEqual({ type: "float32", shape: [2, 4], data: Float32Array.from([...row, ...row]) });
    }
  });

  it("stack every named input", () => {
    const inputs = decoded(
      {
        instances: [
          { a: 1, b: ["p", "q"] },
          { b: ["r", "s"], a: 2 },
        ],
      },
      TWO,
    );
    expect(inputs["a"]).toEqual({ type: "int64", shape: [2], data: BigInt64Array.of(1n, 2n) });
    expect(inputs["b"]).toEqual({ type: "string", shape: [2, 2], data: ["p", "q", "r", "s"] });
  });

  it.each([
    ["a flat row", [[1, 2, 3, 4, 5, 6]], [-1, 2, 3], [1, 2, 3]],
    ["single values for rows of one", [1, 2, 3], [-1, 1], [3, 1]],
    ["a model of rows without size", [1, 2, 3], [-1], [3]],
    ["a batch dimension that is fixed at 1", [[1, 2]], [1, 2], [1, 2]],
    ["a batch dimension that is fixed at as many", [[1], [2]], [2, 1], [2, 1]],
    ["a model without rows", [[1, 2]], [2], [2]],
    ["a row with a batch dimension of its own", [[[1, 2]]], [-1, 2], [1, 2]],
    ["a scalar", [7], [], []],
    ["rows of any rank", [[[1, 2]]], [], [1, 1, 2]],
    ["base64", [{ b64: "AAAAAAAAAAA=" }, { b64: "AAAAAAAAAAA=" }], [-1, 2, 1], [2, 2, 1]],
  ])("can be %s", (_, instances, declared, shape) => {
    expect(shapeOf({ instances }, signature({ name: "x", type: "float32", shape: declared }))).toEqual(shape);
  });

  it("mix inputs that have rows with inputs that have none, in a single row", () => {
    const silero = signature(
      { name: "x", type: "float32", shape: [-1, -1] },
      { name: "state", type: "float32", shape: [2, -1, 3] },
      { name: "sr", type: "int64", shape: [] },
    );
    const inputs = decoded({ instances: [{ x: [1, 2], state: [[[0, 0, 0]], [[0, 0, 0]]], sr: 16000 }] }, silero);
    expect(Object.values(inputs).map(({ shape }) => shape)).toEqual([[1, 2], [2, 1, 3], []]);
  });

  it.each([
    [{ instances: [] }, "must be a list of at least one row"],
    [{ instances: {} }, "must be a list of at least one row"],
    [{ instances: 1 }, "must be a list of at least one row"],
    [{ instances: [5.1, 3.5, 1.4, 0.2] }, "has 4 rows of the shape [], but must have [-1, 4]"],
    [
      { instances: [[1, 2, 3]] },
      "has a row of the shape [3], but must have [-1, 4] (-1 takes any size), rows included",
    ],
    [
      {
        instances: [
          [1, 2, 3, 4],
          [1, 2, 3],
        ],
      },
      "at [1] differs in length or depth",
    ],
    [{ instances: [{ y: 1 }] }, 'There is no input "y"; the inputs are: "x".'],
    [{ instances: [{ x: [1, 2, 3, 4] }, {}] }, 'Row 1 has no "x", which row 0 has.'],
    [{ instances: [{ x: [1, 2, 3, 4] }, { x: [1, 2, 3, 4], z: 1 }] }, 'Row 1 has "z", which row 0 has not.'],
    [{ instances: [{ x: [1, 2, 3, 4] }, [1, 2, 3, 4]] }, '"instances", row 1, must be an object.'],
    [{ instances: [[1, 2, 3, 4]], inputs: [[1, 2, 3, 4]] }, 'either "instances" (rows) or "inputs"'],
    [{}, 'either "instances" (rows) or "inputs"'],
    [[], "The request must be an object."],
    [{ instances: [[1, 2, 3, 4]], signature_name: 1 }, '"signature_name" must be a string.'],
    [{ instances: [[1, 2, 3, 4]], parameters: { a: {} } }, '"a" must be a string, a number or a boolean'],
  ])("%j is refused", (body, text) => {
    expect(refused(body, IRIS)).toContain(text);
  });

  it("are refused where the model takes another number of rows, or values have no name", () => {
    const ten = signature({ name: "x", type: "float32", shape: [10, 1] });
    expect(refused({ instances: [[1], [2], [3]] }, ten)).toContain(
      "has 3 rows of the shape [1], but must have [10, 1], rows included",
    );
    expect(refused({ instances: [1, 2] }, TWO)).toContain(
      'Rows must be objects with the names of the inputs: "a", "b".',
    );
  });
});

describe("predictions", () => {
  const rows = {
    instances: [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
  };
  const label: Tensor = { type: "int64", shape: [2], data: BigInt64Array.of(1n, 2n) };
  const scores: Tensor = { type: "float32", shape: [2, 2], data: Float32Array.of(0.25, Number.NaN, 0.5, -1) };

  it("are one for each row, without a name for a single output", async () => {
    expect(await answer(rows, IRIS, { scores })).toEqual({
      predictions: [
        [0.25, "NaN"],
        [0.5, -1],
      ],
    });
    expect(await answer(rows, IRIS, { label })).toEqual({ predictions: [1, 2] });
    expect(await answer(rows, IRIS, { label, scores })).toEqual({
      predictions: [
        { label: 1, scores: [0.25, "NaN"] },
        { label: 2, scores: [0.5, -1] },
      ],
    });
  });

  it("encode outputs of bytes", async () => {
    const image_bytes: Tensor = { type: "string", shape: [2, 1], data: ["é", ""] };
    expect(await answer(rows, IRIS, { image_bytes })).toEqual({ predictions: [[{ b64: "w6k=" }], [{ b64: "" }]] });
    expect(await answer(rows, IRIS, { image: image_bytes })).toEqual({ predictions: [["é"], [""]] });
  });

  it("are whole outputs where one row has no dimension of its own", async () => {
    const state: Tensor = { type: "int8", shape: [3], data: Int8Array.of(1, 2, 3) };
    expect(await answer({ instances: [[1, 2, 3, 4]] }, IRIS, { state })).toEqual({ predictions: [[1, 2, 3]] });
    const alone = signature({ name: "x", type: "float32", shape: [4] });
    const one: Tensor = { type: "int8", shape: [1], data: Int8Array.of(1) };
    expect(await answer({ instances: [[1, 2, 3, 4]] }, alone, { one })).toEqual({ predictions: [[1]] });
    const call = decodeTensorFlowServing(message(rows), IRIS);
    expect(refusal(() => call.respond({ state }, MODEL))).toContain(
      'Output "state" has the shape [3], which is not one for each of 2 rows',
    );
  });
});

describe("inputs", () => {
  it("are whole tensors, of the only input or by name", () => {
    expect(shapeOf({ inputs: [[1, 2, 3, 4]] }, IRIS)).toEqual([1, 4]);
    expect(shapeOf({ inputs: { x: [1, 2, 3, 4] } }, IRIS)).toEqual([1, 4]);
    expect(shapeOf({ inputs: { b64: "AAAAAAAAAAAAAAAAAAAAAA==" } }, IRIS)).toEqual([1, 4]);
    expect(Object.keys(decoded({ inputs: { a: [1], b: [["p", "q"]] } }, TWO))).toEqual(["a", "b"]);
    expect(refused({ inputs: [1] }, TWO)).toContain(
      '"inputs" must be an object with the names of the inputs: "a", "b".',
    );
    expect(refused({ inputs: [{ name: "x", datatype: "FP32" }] }, IRIS)).toContain(
      'is an object with "name", "datatype"',
    );
  });

  it("are answered by outputs", async () => {
    const p: Tensor = { type: "bool", shape: [1, 2], data: Uint8Array.of(1, 0) };
    expect(await answer({ inputs: [[1, 2, 3, 4]] }, IRIS, { p })).toEqual({ outputs: [[true, false]] });
    const both = await answer({ inputs: [[1, 2, 3, 4]] }, IRIS, { p, q: p });
    expect(both).toEqual({ outputs: { p: [[true, false]], q: [[true, false]] } });
  });

  it("pass parameters on", () => {
    const call = decodeTensorFlowServing(
      message({ inputs: [1, 2, 3, 4], signature_name: "s", parameters: { top: 3 } }),
      IRIS,
    );
    expect({ ...call.parameters }).toEqual({ top: 3 });
  });
});

it("any tensor comes back exactly as rows and as columns", async () => {
  await fc.assert(
    fc.asyncProperty(anyTensor, async (tensor) => {
      fc.pre(tensor.shape.length > 0 && tensor.shape[0] !== 0);
      const spec = signature({ name: "x", type: tensor.type, shape: tensor.shape });
      const values = new TextDecoder().decode(writeJson(TensorValues.nested(tensor)));
      for (const [question, key] of [
        ["instances", "predictions"],
        ["inputs", "outputs"],
      ] as const) {
        const call = decodeTensorFlowServing(message(`{"${question}":${values}}`), spec);
        expect(comparable(call.inputs["x"] as Tensor)).toEqual(comparable(tensor));
        const text = await echo(decodeTensorFlowServing, message(`{"${question}":${values}}`), spec).text();
        expect(text).toBe(`{"${key}":${values}}`);
      }
    }),
    { numRuns: 500 },
  );
});
