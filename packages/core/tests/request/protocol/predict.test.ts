import { describe, expect, it } from "@jest/globals";
import { toResponse } from "../../../src/request/answer.ts";
import { decodePredict } from "../../../src/request/protocol/predict.ts";
import { toDatatype } from "../../../src/tensor/element-type.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { echo, MODEL, message, refusal, signature } from "./messages.ts";

const X = { name: "x", type: "float32", shape: [-1, 2] } as const;
const ONE = signature(X);
const NAMED_LIKE_KEYS = signature({ ...X, name: "inputs" }, { ...X, name: "instances", type: "int8" });

async function answer(body: unknown, spec = ONE, headers: Record<string, string> = {}): Promise<unknown> {
  return echo(decodePredict, message(body, headers), spec).json();
}

describe("decodePredict", () => {
  it.each([
    ["values by name", { x: [[1, 2]] }, { x_out: [[1, 2]] }],
    ["flat values by name", { x: [1, 2] }, { x_out: [[1, 2]] }],
    ["TensorFlow Serving's rows", { instances: [[1, 2]] }, { predictions: [[1, 2]] }],
    ["TensorFlow Serving's columns", { inputs: { x: [[1, 2]] } }, { outputs: [[1, 2]] }],
    ["the only column", { inputs: [[1, 2]] }, { outputs: [[1, 2]] }],
    [
      "the Open Inference Protocol",
      { inputs: [{ name: "x", datatype: "FP32", shape: [1, 2], data: [1, 2] }] },
      {
        model_name: "m",
        model_version: "3",
        outputs: [{ name: "x_out", datatype: "FP32", shape: [1, 2], data: [1, 2] }],
      },
    ],
  ])("takes and answers %s", async (_, body, expected) => {
    expect(await answer(body)).toEqual(expected);
  });

  it("takes inputs that are called like keys of the protocols by name", async () => {
    const body = { inputs: [[1, 2]], instances: [[3, 4]] };
    expect(await answer(body, NAMED_LIKE_KEYS)).toEqual({ inputs_out: [[1, 2]], instances_out: [[3, 4]] });
    const columns = { inputs: { inputs: [[1, 2]], instances: [[3, 4]] } };
    expect(await answer(columns, NAMED_LIKE_KEYS)).toHaveProperty("outputs");
    const only = signature({ ...X, name: "instances" });
    expect(await answer({ instances: [[1, 2]] }, only)).toEqual({ instances_out: [[1, 2]] });
    const entry = { name: "inputs", datatype: "FP32", shape: [1, 2], data: [1, 2] };
    expect(await answer({ inputs: [entry] }, signature({ ...X, name: "inputs" }))).toHaveProperty("model_name");
  });

  it("takes names that objects have from elsewhere", async () => {
    const spec = signature({ ...X, name: "__proto__" }, { ...X, name: "constructor" });
    const { inputs } = decodePredict(message('{"__proto__": [[1, 2]], "constructor": [[3, 4]]}'), spec);
    expect(Object.keys(inputs)).toEqual(["__proto__", "constructor"]);
    expect(refusal(() => decodePredict(message('{"toString": [1]}'), ONE))).toContain('There is no input "toString"');
  });

  it("takes inputs that may be left out", async () => {
    const spec = signature(X, { name: "top", type: "int32", shape: [], optional: true });
    expect(await answer({ x: [[1, 2]] }, spec)).toEqual({ x_out: [[1, 2]] });
    expect(await answer({ x: [[1, 2]], top: 3 }, spec)).toEqual({ x_out: [[1, 2]], top_out: 3 });
  });

  it("refuses a body that is not there, which no media type calls bytes", () => {
    expect(refusal(() => decodePredict(message(new Uint8Array()), ONE))).toMatch(/empty|JSON/);
  });

  it("takes bytes for the only input, by media type or because they are no JSON", async () => {
    const bytes = new Uint8Array(Float32Array.of(1, 2).buffer);
    for (const type of ["application/octet-stream", "image/png", "audio/wav", "text/plain"]) {
      expect(await answer(bytes, ONE, { "content-type": type })).toEqual({ x_out: [[1, 2]] });
    }
    expect(await answer(bytes)).toEqual({ x_out: [[1, 2]] });
    const text = signature({ name: "x", type: "string", shape: [] });
    expect(await answer("good", text, { "content-type": "text/plain" })).toEqual({ x_out: "good" });
  });

  it("takes JSON without a media type, or with the one that curl sends", async () => {
    for (const type of [
      undefined,
      "application/x-www-form-urlencoded",
      "application/json",
      "application/problem+json",
    ]) {
      const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
      expect(await answer('\ufeff \n{"x": [1, 2]}', ONE, headers)).toEqual({ x_out: [[1, 2]] });
    }
  });

  it("takes a binary tensor behind its JSON", async () => {
    const entry = { name: "x", datatype: toDatatype("float32"), shape: [1, 2], parameters: { binary_data_size: 8 } };
    const json = new TextEncoder().encode(JSON.stringify({ inputs: [entry] }));
    const body = new Uint8Array([...json, ...new Uint8Array(Float32Array.of(1, 2).buffer)]);
    const headers = {
      "inference-header-content-length": String(json.byteLength),
      "content-type": "application/octet-stream",
    };
    expect(await answer(body, ONE, headers)).toHaveProperty("outputs.0.data", [1, 2]);
  });

  it("refuses media types that it has no use for, and says which it has", () => {
    const refuse = (type: string, spec = ONE): string =>
      refusal(() => decodePredict(message("1,2", { "content-type": type }), spec), "MEDIA_TYPE_UNSUPPORTED");
    expect(refuse("text/csv")).toBe(
      'The media type "text/csv" is not supported here: send application/json, or the bytes of the input "x" as application/octet-stream.',
    );
    expect(refuse("multipart/form-data")).toContain("send application/json");
    expect(refuse("image/png", NAMED_LIKE_KEYS)).toBe(
      'The media type "image/png" is not supported here: send application/json.',
    );
  });

  it.each([
    ["[1, 2]", "The body must be an object with the names of the inputs"],
    ["{}", undefined],
    ['{"y": [1, 2]}', 'There is no input "y"'],
    ['{"x": {"a": 1}}', 'Input "x" is an object with "a"'],
    ["", "The body is not valid JSON at byte 0"],
  ])("%s", (body, text) => {
    const decode = () => decodePredict(message(body, { "content-type": "application/json" }), ONE);
    if (text === undefined) expect(Object.keys(decode().inputs)).toEqual([]);
    else expect(refusal(decode)).toContain(text);
  });

  it("encodes outputs of bytes", async () => {
    const { respond } = decodePredict(message({ x: [1, 2] }), ONE);
    const image_bytes: Tensor = { type: "string", shape: [], data: ["é"] };
    expect(await toResponse(respond({ image_bytes }, MODEL)).json()).toEqual({ image_bytes: { b64: "w6k=" } });
  });
});
