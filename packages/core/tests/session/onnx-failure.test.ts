import { describe, expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import { InferenceError } from "../../src/errors.ts";
import { createOnnxEngine } from "../../src/session/onnx-engine.ts";
import { toLoadFailure, toRunFailure } from "../../src/session/onnx-failure.ts";

describe("toLoadFailure", () => {
  it.each([
    ["Failed to construct locale with name:en_US.UTF-8:name not valid", "MODEL_UNSUPPORTED", /localedef.*LOCPATH/],
    ["Unsupported model IR version: 99, max supported IR version: 13", "MODEL_UNSUPPORTED", /IR version 99.*up to 13/],
    [
      "ONNX Runtime only *guarantees* support. Opset 99 is under development and support for this is limited. Current official support for domain ai.onnx is till opset 26.",
      "MODEL_UNSUPPORTED",
      /opset 99 of ai\.onnx.*up to 26/,
    ],
    ["Unsupported data type: 17", "MODEL_UNSUPPORTED", /float8e4m3fn/],
    ["Unsupported data type: 99", "MODEL_UNSUPPORTED", /element type 99/],
    ["Failed to allocate memory for requested buffer of size 123", "MODEL_UNSUPPORTED", /memory/],
    ['External data path does not exist: "/home/user/models/w.bin"', "WEIGHTS_MISSING", /the file w\.bin, which/],
    ["External file: part/w.bin not found from the table user provided.", "WEIGHTS_MISSING", /the file w\.bin, which/],
    ["filesystem error: cannot get file size: No such file or directory [/a/w.bin]", "WEIGHTS_MISSING", /w\.bin/],
    ["Absolute path not allowed for external data location", "MODEL_UNSUPPORTED", /one folder/],
    ["Something else that nobody has seen", "WEIGHTS_CORRUPT", /Something else that nobody has seen\.$/],
  ])("%s", (message, code, says) => {
    const cause = new Error(message);
    const failure = toLoadFailure(cause, "Model file m.onnx");
    expect(failure).toMatchObject({ code, cause, message: expect.stringMatching(says) });
    expect(failure.message).toMatch(/^Model file m\.onnx .*\.$/);
    expect(failure.message).not.toContain("/home");
  });

  it("leaves a failure that has a code as it is", () => {
    const failure = new InferenceError("INTERNAL", "The runtime is not there.");
    expect(toLoadFailure(failure, "m")).toBe(failure);
  });
});

describe("a recurrent operator whose first dimension is the batch", () => {
  it.each([
    ["RNN", 1],
    ["GRU", 3],
    ["LSTM", 4],
  ])("%s is unsupported, not corrupt", async (operator, gates) => {
    const bytes = encodeModel({
      inputs: [{ name: "x", tensor: "float32", shape: [2, 5, 3] }],
      outputs: [{ name: "y", tensor: "float32" }],
      operations: [
        {
          operator,
          inputs: ["x", "w", "r"],
          outputs: ["y"],
          attributes: { hidden_size: { int: 4 }, layout: { int: 1 } },
        },
      ],
      initializers: [
        { name: "w", type: "float32", shape: [1, gates * 4, 3], data: new Float32Array(gates * 12) },
        { name: "r", type: "float32", shape: [1, gates * 4, 4], data: new Float32Array(gates * 16) },
      ],
    });
    await expect(createOnnxEngine().load({ kind: "bytes", bytes })).rejects.toMatchObject({
      code: "MODEL_UNSUPPORTED",
      message: expect.stringMatching(/LSTM.*`layout` 1.*export it with `layout` 0/),
    });
  });
});

describe("toRunFailure", () => {
  it.each([
    ["std::bad_alloc", "INPUT_TOO_LARGE"],
    ["Array buffer allocation failed", "INPUT_TOO_LARGE"],
    ["OneHot: failed to allocate output tensor. Output shape may be too large.", "INPUT_TOO_LARGE"],
    ["indices element out of data bounds, idx=9", "RUN_FAILED"],
  ])("%s is %s", (message, code) => {
    expect(toRunFailure(new Error(message))).toMatchObject({ code, cause: new Error(message) });
  });
});
