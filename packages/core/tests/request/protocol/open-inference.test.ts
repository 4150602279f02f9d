import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { toResponse } from "../../../src/request/answer.ts";
import { toModelMetadata } from "../../../src/request/protocol/open-inference/model-metadata.ts";
import { decodeOpenInference } from "../../../src/request/protocol/open-inference/open-inference.ts";
import type { Signature, Tensor } from "../../../src/tensor/tensor.ts";
import { anyTensor, comparable } from "../tensor-arbitrary.ts";
import { signatureOf, type Written, written } from "./inference-requests.ts";
import { echo, MODEL, message, refusal, signature } from "./messages.ts";

const HEADER = "Inference-Header-Content-Length";
const FLOATS = signature({ name: "x", type: "float32", shape: [-1, 2] });
const FOUR = { name: "x", shape: [2, 2], datatype: "FP32", data: [1, 2, 3, 4] };

/** The tensors of an answer: read as if they were a request, because both are written the same. */
async function answered(response: Response, like: readonly Written[]): Promise<Tensor[]> {
  const body = new Uint8Array(await response.arrayBuffer());
  const size = Number(response.headers.get(HEADER) ?? body.byteLength);
  const json = new TextDecoder().decode(body.subarray(0, size)).replace('"outputs":', '"inputs":');
  const head = new TextEncoder().encode(json);
  const again = message(new Uint8Array(Buffer.concat([head, body.subarray(size)])), {
    [HEADER]: String(head.byteLength),
  });
  const spec = { inputs: signatureOf(like).outputs, outputs: [] };
  return Object.values(decodeOpenInference(again, spec).inputs);
}

describe("decodeOpenInference", () => {
  it("gives any tensors back exactly, as JSON, binary or both, wherever the binary part begins", async () => {
    const input = fc.record({ tensor: anyTensor.filter(({ type }) => type !== "string"), binary: fc.boolean() });
    const strings = anyTensor.filter(({ type }) => type === "string").map((tensor) => ({ tensor, binary: true }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(input, input, strings), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 8 }),
        async (inputs, binaryOutput, shift) => {
          const request = written(inputs, { parameters: { binary_data_output: binaryOutput } }, shift);
          const response = echo(decodeOpenInference, request, signatureOf(inputs));
          const back = await answered(response, inputs);
          expect(back.map(comparable)).toEqual(inputs.map(({ tensor }) => comparable(tensor)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("views aligned binary tensors in place, and copies others", () => {
    const tensor: Tensor = { type: "float32", shape: [2], data: Float32Array.of(1, 2) };
    for (let shift = 0; shift < 8; shift += 1) {
      const request = written([{ tensor, binary: true }], {}, shift);
      const { inputs } = decodeOpenInference(request, signatureOf([{ tensor, binary: true }]));
      const { data } = inputs["x0"] as Tensor<"float32">;
      const start = Number(request.headers.get(HEADER));
      expect(Array.from(data)).toEqual([1, 2]);
      expect(data.buffer === request.body.buffer).toBe(start % 4 === 0);
    }
  });

  it("aligns the first binary tensor of the answer", async () => {
    const response = echo(
      decodeOpenInference,
      message({ inputs: [FOUR], parameters: { binary_data_output: true } }),
      FLOATS,
    );
    const size = Number(response.headers.get(HEADER));
    expect(size % 8).toBe(0);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    const body = await response.arrayBuffer();
    expect(Array.from(new Float32Array(body, size))).toEqual([1, 2, 3, 4]);
  });

  it("answers as the protocol says", async () => {
    const request = message({ id: "a-7", inputs: [FOUR], parameters: { tier: "gold", depth: 3, fast: true } });
    const call = decodeOpenInference(request, FLOATS);
    expect({ ...call.parameters }).toEqual({ tier: "gold", depth: 3, fast: true });
    expect(call.outputs).toBeUndefined();
    const response = echo(decodeOpenInference, request, FLOATS);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({
      model_name: "m",
      model_version: "3",
      id: "a-7",
      outputs: [{ name: "x_out", datatype: "FP32", shape: [2, 2], data: [1, 2, 3, 4] }],
    });
    const unnamed = await echo(decodeOpenInference, message({ inputs: [FOUR] }), FLOATS).json();
    expect(unnamed).not.toHaveProperty("id");
  });

  it("answers the outputs asked for, each in its own way", async () => {
    const spec: Signature = {
      inputs: FLOATS.inputs,
      outputs: ["a", "b", "c"].map((name) => ({ name, type: "int8", shape: [1] })),
    };
    const outputs = [{ name: "c", parameters: { binary_data: false } }, { name: "a" }];
    const call = decodeOpenInference(
      message({ inputs: [FOUR], outputs, parameters: { binary_data_output: true } }),
      spec,
    );
    expect(call.outputs).toEqual(["c", "a"]);
    const tensor = (value: number): Tensor => ({ type: "int8", shape: [1], data: Int8Array.of(value) });
    const response = toResponse(call.respond({ a: tensor(1), b: tensor(2), c: tensor(3) }, MODEL));
    const body = new Uint8Array(await response.arrayBuffer());
    const size = Number(response.headers.get(HEADER));
    expect(JSON.parse(new TextDecoder().decode(body.subarray(0, size))).outputs).toEqual([
      { name: "c", datatype: "INT8", shape: [1], data: [3] },
      { name: "a", datatype: "INT8", shape: [1], parameters: { binary_data_size: 1 } },
    ]);
    expect(Array.from(body.subarray(size))).toEqual([1]);
    expect(decodeOpenInference(message({ inputs: [FOUR], outputs: [] }), spec).outputs).toBeUndefined();
  });

  it("takes a body without a media type, and those that clients send unasked", () => {
    for (const type of [undefined, "application/json", "application/json; charset=utf-8", "application/octet-stream"]) {
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      expect(Object.keys(decodeOpenInference(message({ inputs: [FOUR] }, headers), FLOATS).inputs)).toEqual(["x"]);
    }
    const refuse = (type: string): string =>
      refusal(
        () => decodeOpenInference(message({ inputs: [FOUR] }, { "content-type": type }), FLOATS),
        "MEDIA_TYPE_UNSUPPORTED",
      );
    expect(refuse("text/csv")).toContain('"text/csv" is not supported here');
    expect(refuse("application/json; charset=utf-16")).toContain("send JSON in UTF-8");
  });
});

describe("a raw request", () => {
  const raw = (body: Uint8Array | string, spec: Signature): Response =>
    echo(decodeOpenInference, message(body, { [HEADER]: "0" }), spec);

  it("is the bytes of the only input, and all outputs come back binary", async () => {
    const floats = Float32Array.of(1, 2, 3, 4);
    const response = raw(new Uint8Array(floats.buffer), FLOATS);
    const body = await response.arrayBuffer();
    const size = Number(response.headers.get(HEADER));
    expect(Array.from(new Float32Array(body, size))).toEqual([1, 2, 3, 4]);
    expect(JSON.parse(new TextDecoder().decode(body.slice(0, size))).outputs[0].shape).toEqual([2, 2]);
  });

  it("can be one text", () => {
    const spec = signature({ name: "x", type: "string", shape: [-1, 1] });
    expect(decodeOpenInference(message("héllo", { [HEADER]: "0" }), spec).inputs["x"]).toEqual({
      type: "string",
      shape: [1, 1],
      data: ["héllo"],
    });
    expect(refusal(() => raw(Uint8Array.of(0xff), spec))).toContain("is not UTF-8");
  });

  it("needs one input and a size that fits", () => {
    const two = signature({ name: "x", type: "int8", shape: [1] }, { name: "y", type: "int8", shape: [1] });
    expect(refusal(() => raw("ab", two))).toContain("this needs a single input");
    expect(refusal(() => raw("abcde", FLOATS))).toContain('Input "x" does not fit 5 bytes: it is FP32 [-1, 2]');
  });
});

it("describes a model", () => {
  const described = toModelMetadata({ name: "m", versions: ["1", "2"], platform: "onnx_onnxv1", signature: FLOATS });
  expect(described).toEqual({
    name: "m",
    versions: ["1", "2"],
    platform: "onnx_onnxv1",
    inputs: [{ name: "x", datatype: "FP32", shape: [-1, 2] }],
    outputs: [{ name: "x_out", datatype: "FP32", shape: [-1, 2] }],
  });
});
