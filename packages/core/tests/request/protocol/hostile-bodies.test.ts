import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InferenceError } from "../../../src/errors.ts";
import { decodeOpenInference } from "../../../src/request/protocol/open-inference/open-inference.ts";
import { decodePredict } from "../../../src/request/protocol/predict.ts";
import type { DecodeCall, Message } from "../../../src/request/protocol/protocol.ts";
import { decodeTensorFlowServing } from "../../../src/request/protocol/tensorflow-serving/tensorflow-serving.ts";
import type { Signature } from "../../../src/tensor/tensor.ts";
import { anyTensor, TYPES } from "../tensor-arbitrary.ts";
import { signatureOf, written } from "./inference-requests.ts";
import { message, signature } from "./messages.ts";

const HEADER = "Inference-Header-Content-Length";
const DECODERS: readonly DecodeCall[] = [decodeOpenInference, decodeTensorFlowServing, decodePredict];
const NAMES = ["x", "__proto__", "constructor", "inputs", "instances"];

const anySpec = fc.record({
  name: fc.constantFrom(...NAMES),
  type: fc.constantFrom(...TYPES),
  shape: fc.array(fc.constantFrom(-1, 0, 1, 2, 3, 9007199254740991), { maxLength: 3 }),
});
const anySignature = fc
  .uniqueArray(anySpec, { selector: ({ name }) => name, minLength: 1, maxLength: 3 })
  .map((specs) => signature(...specs));

/** Keys and values that mean something to one of the formats, in any combination. */
const { document } = fc.letrec<{ document: unknown; value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(0, 1, -1, 0.5, 1e39, 2 ** 53, "NaN", "x", "", "AAAA", "FP32", "INT64", "BYTES", "BOOL", true, null),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("document"),
  ),
  document: fc.dictionary(
    fc.constantFrom(
      ...NAMES,
      "name",
      "shape",
      "datatype",
      "data",
      "parameters",
      "outputs",
      "id",
      "b64",
      "binary_data_size",
      "binary_data",
    ),
    tie("value"),
    { maxKeys: 5, noNullPrototype: false },
  ),
}));

/** Decodes; whatever is refused must be refused in a way that the caller can use. */
function expectHandled(decode: DecodeCall, request: Message, spec: Signature): void {
  try {
    const { inputs } = decode(request, spec);
    for (const name of Object.keys(inputs)) expect(spec.inputs.map((input) => input.name)).toContain(name);
  } catch (error) {
    if (!(error instanceof InferenceError)) throw error;
    expect(["INPUT_INVALID", "MEDIA_TYPE_UNSUPPORTED"]).toContain(error.code);
    expect(error.message.length).toBeGreaterThan(10);
    expect(error.message.length).toBeLessThan(1000);
  }
}

function expectAllHandled(request: Message, spec: Signature): void {
  for (const decode of DECODERS) expectHandled(decode, request, spec);
}

const headers = fc.record(
  {
    [HEADER]: fc.constantFrom("0", "1", "7", "x", "-1", "99999999999"),
    "content-type": fc.constantFrom(
      "application/json",
      "application/octet-stream",
      "text/csv",
      "image/png",
      "; ",
      "a/b;charset=x",
    ),
  },
  { requiredKeys: [] },
);

describe("bodies that nobody should send", () => {
  it("any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), headers, anySignature, (bytes, head, spec) => {
        expectAllHandled(message(bytes, head as Record<string, string>), spec);
      }),
      { numRuns: 1000 },
    );
  });

  it("documents made of the formats' own words", () => {
    fc.assert(
      fc.property(document, anySignature, (value, spec) => {
        expectAllHandled(message(value), spec);
      }),
      { numRuns: 1500 },
    );
  });

  it("requests cut off or changed in one place, with any header length", () => {
    const input = fc.record({ tensor: anyTensor, binary: fc.constant(true) });
    const change = fc.record({
      position: fc.nat(),
      byte: fc.integer({ min: 0, max: 255 }),
      cut: fc.boolean(),
      length: fc.option(fc.nat(300)),
    });
    fc.assert(
      fc.property(
        fc.array(input, { minLength: 1, maxLength: 3 }),
        change,
        (inputs, { position, byte, cut, length }) => {
          const request = written(inputs, {});
          const at = position % request.body.byteLength;
          const body = cut ? request.body.slice(0, at) : request.body.with(at, byte);
          const header = length === null ? request.headers.get(HEADER) : String(length);
          expectAllHandled(message(body, header === null ? {} : { [HEADER]: header }), signatureOf(inputs));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it.each([
    ["deep nesting", "[".repeat(1_000_000)],
    ["deep objects", '{"x":'.repeat(1_000_000)],
    ["deep data", `{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":${"[".repeat(70)}1${"]".repeat(70)}}]}`],
    [
      "a huge shape",
      '{"inputs":[{"name":"x","shape":[9007199254740991,9007199254740991],"datatype":"FP32","data":[1]}]}',
    ],
    [
      "a huge empty shape",
      '{"inputs":[{"name":"x","shape":[9007199254740991,9007199254740991,0],"datatype":"FP32","data":[1]}]}',
    ],
    ["a shape beyond a double", '{"inputs":[{"name":"x","shape":[1e400],"datatype":"FP32","data":[1]}]}'],
    [
      "a huge binary size",
      '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":9007199254740991}}]}',
    ],
    ["many dimensions", `{"inputs":[{"name":"x","shape":[${"1,".repeat(100_000)}1],"datatype":"FP32","data":[1]}]}`],
    ["a long name", `{"inputs":[{"name":"${"n".repeat(100_000)}"}]}`],
    ["a long number", `{"x":[1${"0".repeat(100_000)}]}`],
    ["rows of many names", `{"instances":[${`{"a":1},`.repeat(10_000)}{}]}`],
  ])("%s", (_, text) => {
    for (const type of ["float32", "int64", "string"] as const) {
      for (const shape of [[], [-1], [-1, -1, 3]])
        expectAllHandled(message(text), signature({ name: "x", type, shape }));
    }
  });
});
