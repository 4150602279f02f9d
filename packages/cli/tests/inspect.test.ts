import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { runVirga } from "./support/run-virga.ts";
import { addModel, externalModel, sequenceModel } from "./support/test-models.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
});

afterEach(() => workspace.remove());

describe("virga inspect", () => {
  it("shows a table for people", async () => {
    workspace.write("list.onnx", sequenceModel());
    const { code, stdout } = await runVirga(workspace.folder, ["inspect", "list.onnx"]);
    expect(stdout).toMatch(
      /^list.onnx\n {2}\d+ bytes; operators ai.onnx 21\n\n {2}input {3}x {2}float32 {2}\[2\]\n {2}output {2}y {2}float32 {2}\[2\]\n {2}not usable: output list: .+\n$/,
    );
    expect(code).toBe(0);
  });

  it("writes JSON for machines, external weights included", async () => {
    workspace.write("sub/add.onnx", externalModel("weights.bin"));
    workspace.write("sub/weights.bin", new Uint8Array(8));
    const { stdout } = await runVirga(workspace.folder, ["inspect", "sub/add.onnx", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      path: "sub/add.onnx",
      sizeBytes: expect.any(Number),
      externalFiles: [{ path: "sub/weights.bin", sizeBytes: 8 }],
      operatorSets: { "ai.onnx": 21 },
      inputs: [{ name: "x", type: "float32", datatype: "FP32", shape: [-1, 2] }],
      outputs: [{ name: "y", type: "float32", datatype: "FP32", shape: [-1, 2] }],
      unusableOutputs: [],
    });
  });

  it.each([
    ["empty", new Uint8Array(), /is empty/],
    ["cut short", addModel(1).subarray(0, 60), /Model file model.onnx/],
    ["a web page", "<!doctype html><html></html>", /web page/],
  ])("says why a file that is %s cannot be loaded", async (_, content, message) => {
    workspace.write("model.onnx", content);
    const { code, stdout, stderr } = await runVirga(workspace.folder, ["inspect", "model.onnx"]);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});
