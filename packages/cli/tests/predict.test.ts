import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { runVirga } from "./support/run-virga.ts";
import { addModel, scoresModel } from "./support/test-models.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
  workspace.write("add.onnx", addModel(1));
});

afterEach(() => workspace.remove());

const OPEN_INFERENCE = { inputs: [{ name: "x", datatype: "FP32", shape: [1, 2], data: [1, 2] }] };

describe("virga predict", () => {
  it("reads the standard input and shows a table", async () => {
    const { code, stdout } = await runVirga(
      workspace.folder,
      ["predict", "add.onnx", "--input", "-"],
      '{"x": [[1, 2]]}',
    );
    expect(stdout).toBe("y  [[2,3]]\n");
    expect(code).toBe(0);
  });

  it.each([
    ["names", { x: [[1, 2]] }, { y: [[2, 3]] }],
    ["instances", { instances: [[1, 2]] }, { predictions: [[2, 3]] }],
    ["columns", { inputs: [[1, 2]] }, { outputs: [[2, 3]] }],
    ["Open Inference", OPEN_INFERENCE, { outputs: [{ name: "y", datatype: "FP32", shape: [1, 2], data: [2, 3] }] }],
  ])("answers %s in their own form", async (_, input, answer) => {
    workspace.write("in.json", JSON.stringify(input));
    const { stdout } = await runVirga(workspace.folder, ["predict", "add.onnx", "--input", "in.json", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject(answer);
  });

  it("shows rows with labels", async () => {
    workspace.write("scores.onnx", scoresModel());
    workspace.write("labels.txt", "ant\nbee\ncat");
    const options = ["predict", "scores.onnx", "--labels", "labels.txt", "--input", "-"];
    const { stdout } = await runVirga(workspace.folder, options, '{"instances": [[0, 1, 0], [0, 0, 1]]}');
    expect(stdout).toBe("   label  scores\n0  bee    [0,1,0]\n1  cat    [0,0,1]\n");
  });

  it("shows tensors with their types", async () => {
    const options = ["predict", "add.onnx", "--input", "-"];
    const { stdout } = await runVirga(workspace.folder, options, JSON.stringify(OPEN_INFERENCE));
    expect(stdout).toBe("y  FP32  [1, 2]  [2,3]\n");
  });

  it("writes the answer to a file", async () => {
    const options = ["predict", "add.onnx", "--input", "-", "--output", "out.json"];
    const { stdout } = await runVirga(workspace.folder, options, '{"x": [[1, 2]]}');
    expect(stdout).toBe("");
    expect(JSON.parse(readFileSync(join(workspace.folder, "out.json"), "utf8"))).toMatchObject({ y: [[2, 3]] });
  });

  it("uses the config of the folder", async () => {
    workspace.write("serverless.yml", "inference: { models: { add: add.onnx } }");
    const { stdout } = await runVirga(workspace.folder, ["predict", "--input", "-", "--json"], '{"x": [[1, 2]]}');
    expect(JSON.parse(stdout)).toMatchObject({ y: [[2, 3]] });
  });

  it.each([
    ["what is no JSON", "nonsense"],
    ["a wrong name", '{"z": [[1, 2]]}'],
    ["a wrong shape", '{"x": [[1, 2, 3]]}'],
  ])("refuses %s with the service's own message", async (_, input) => {
    const { code, stdout, stderr } = await runVirga(workspace.folder, ["predict", "add.onnx", "--input", "-"], input);
    expect(stderr).toMatch(/^error: .+\n$/);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});
