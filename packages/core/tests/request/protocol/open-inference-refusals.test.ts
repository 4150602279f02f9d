import { describe, expect, it } from "@jest/globals";
import { decodeOpenInference } from "../../../src/request/protocol/open-inference/open-inference.ts";
import { toDatatype } from "../../../src/tensor/element-type.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";
import { written } from "./inference-requests.ts";
import { message, refusal, signature } from "./messages.ts";

const HEADER = "Inference-Header-Content-Length";
const FLOATS = signature({ name: "x", type: "float32", shape: [-1, 2] });
const FOUR = { name: "x", shape: [2, 2], datatype: "FP32", data: [1, 2, 3, 4] };

describe("decodeOpenInference refuses and names what is wrong", () => {
  const wrong = (entry: object, spec = FLOATS): string =>
    refusal(() => decodeOpenInference(message({ inputs: [{ ...FOUR, ...entry }] }), spec));

  it.each([
    [{ datatype: "FP64" }, 'Input "x" has the datatype "FP64", but must have FP32.'],
    [{ datatype: "FP31" }, 'Input "x" has the datatype "FP31", but must have FP32.'],
    [{ datatype: undefined }, 'Input "x": "datatype" must be a string'],
    [{ shape: [4] }, 'Input "x" has the shape [4], but must have [-1, 2] (-1 takes any size).'],
    [{ shape: [2, 3] }, "has the shape [2, 3], but must have [-1, 2]"],
    [{ shape: [2, -1] }, '"shape" must be a list of sizes'],
    [{ shape: [2, 1.5] }, '"shape" must be a list of sizes'],
    [{ shape: "2" }, '"shape" must be a list of sizes'],
    [{ shape: [3, 2] }, 'Input "x" has values of the shape [4], but must have [3, 2].'],
    [{ shape: [9007199254740991, 2] }, "has values of the shape [4], but must have [9007199254740991, 2]"],
    [{ data: undefined }, 'Input "x" has neither "data" nor "binary_data_size".'],
    [{ data: [1, 2, 3, "4"] }, '"4" is not a number'],
    [{ name: "y" }, 'There is no input "y"; the inputs are: "x".'],
    [{ name: 1 }, '"inputs", element 0: "name" must be a string.'],
    [{ parameters: [] }, 'Input "x": "parameters" must be an object.'],
    [{ parameters: { a: [1] } }, '"a" must be a string, a number or a boolean'],
    [{ parameters: { a: 2 ** 60 } }, "send so large a number as a string"],
    [{ parameters: { binary_data_size: 16 } }, 'has both "data" and "binary_data_size"'],
    [{ data: undefined, parameters: { binary_data_size: 16 } }, `has no header ${HEADER}`],
    [{ data: undefined, parameters: { binary_data_size: -1 } }, '"binary_data_size" must be a number of bytes'],
    [{ parameters: { shared_memory_region: "a" } }, "is in shared memory, which is not supported"],
  ])("%j", (entry, text) => {
    expect(wrong(entry)).toContain(text);
  });

  it.each([
    [{}, '"inputs" must be a list'],
    [[], "The request must be an object"],
    [{ inputs: [1] }, '"inputs" must be a list'],
    [{ inputs: [[]] }, '"inputs", element 0, must be an object'],
    [{ inputs: [FOUR, FOUR] }, 'Input "x" is given twice.'],
    [{ id: 7, inputs: [FOUR] }, '"id" must be a string.'],
    [{ inputs: [FOUR], outputs: {} }, '"outputs" must be a list'],
    [{ inputs: [FOUR], outputs: [{ name: "z" }] }, 'There is no output "z"; the outputs are: "x_out".'],
    [{ inputs: [FOUR], outputs: [{ name: "x_out" }, { name: "x_out" }] }, 'Output "x_out" is asked for twice.'],
    [
      { inputs: [FOUR], outputs: [{ name: "x_out", parameters: { binary_data: 1 } }] },
      '"binary_data" must be true or false',
    ],
    [
      { inputs: [FOUR], outputs: [{ name: "x_out", parameters: { classification: 3 } }] },
      "classification is supported",
    ],
    [{ inputs: [FOUR], parameters: { binary_data_output: "yes" } }, "must be true or false"],
  ])("%j", (document, text) => {
    expect(refusal(() => decodeOpenInference(message(document), FLOATS))).toContain(text);
  });

  it.each([
    ["x", "must be a number of bytes"],
    ["-1", "must be a number of bytes"],
    ["1e3", "must be a number of bytes"],
    ["99999999999999999999", "must be a number of bytes"],
    ["1000000", "but the body has"],
  ])("a header of %s", (value, text) => {
    expect(refusal(() => decodeOpenInference(message({ inputs: [FOUR] }, { [HEADER]: value }), FLOATS))).toContain(
      text,
    );
  });

  it("binary parts that are too short, too long or of the wrong size", () => {
    const tensor: Tensor = { type: "float32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
    const spec = signature({ name: "x0", type: "float32", shape: [-1, 2] });
    const { body, headers } = written([{ tensor, binary: true }], {});
    const decode = (bytes: Uint8Array) => decodeOpenInference({ body: bytes, headers }, spec);
    expect(refusal(() => decode(body.subarray(0, -1)))).toContain('Input "x0" takes 16 bytes, but 15 are left');
    expect(refusal(() => decode(Uint8Array.from([...body, 0])))).toContain("The body has 1 more bytes");
    const wrongShape = written([{ tensor: { ...tensor, shape: [3, 2] }, binary: true }], {});
    expect(refusal(() => decodeOpenInference(wrongShape, spec))).toContain(
      "has 16 bytes, but FP32 of the shape [3, 2] takes 24",
    );
  });

  it("strings whose lengths do not fit, and bytes that are no booleans or text", () => {
    const decode = (bytes: number[], type: Tensor["type"], count: number) => {
      const entry = {
        name: "x",
        shape: [count],
        datatype: toDatatype(type),
        parameters: { binary_data_size: bytes.length },
      };
      const json = new TextEncoder().encode(JSON.stringify({ inputs: [entry] }));
      const request = message(Uint8Array.from([...json, ...bytes]), { [HEADER]: String(json.byteLength) });
      return refusal(() => decodeOpenInference(request, signature({ name: "x", type, shape: [-1] })));
    };
    expect(decode([1, 0, 0], "string", 1)).toContain("is cut off in the string 0");
    expect(decode([255, 255, 255, 255, 65], "string", 1)).toContain("is cut off in the string 0");
    expect(decode([1, 0, 0, 0, 65], "string", 2)).toContain("has only 1 strings, but its shape needs 2");
    expect(decode([0, 0, 0, 0, 0, 0, 0, 0], "string", 1)).toContain("has more than 1 strings");
    expect(decode([1, 0, 0, 0, 255], "string", 1)).toContain("string 0, is not UTF-8");
    expect(decode([0, 2], "bool", 2)).toContain("has the byte 2 at 1, but BOOL is 0 or 1");
  });
});
