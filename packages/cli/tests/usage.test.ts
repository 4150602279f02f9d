import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { runVirga } from "./support/run-virga.ts";
import { addModel } from "./support/test-models.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
  workspace.write("add.onnx", addModel(1));
});

afterEach(() => workspace.remove());

describe("a wrong command line", () => {
  it.each([
    ["an unknown command", ["serv"], /unknown command 'serv'/],
    ["an unknown option", ["serve", "--prot", "1"], /unknown option '--prot'/],
    ["a port that is none", ["serve", "add.onnx", "--port", "http"], /whole number from 0 to 65535/],
    ["a size that is none", ["serve", "add.onnx", "--max-body", "much"], /number of bytes/],
    ["no model to inspect", ["inspect"], /missing required argument 'model'/],
    ["no input to predict from", ["predict", "add.onnx"], /required option '--input <file>'/],
  ])("ends with 2 at %s", async (_, options, message) => {
    const { code, stdout, stderr } = await runVirga(workspace.folder, options);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});

describe("something that is not there or cannot be", () => {
  it.each([
    ["a missing model", ["serve", "sub.onnx"], "error: There is no file sub.onnx (model sub).\n"],
    ["a folder", ["serve", "."], /^error: \S+ is a folder \(model \S+\): name the file in it\.\n$/],
    ["a missing model to inspect", ["inspect", "sub.onnx"], "error: There is no file sub.onnx.\n"],
    ["a missing config", ["serve", "--config", "x.yml"], "error: There is no config x.yml.\n"],
    [
      "a missing predictor",
      ["serve", "add.onnx", "--predictor", "p.ts"],
      "error: There is no file p.ts (predictor).\n",
    ],
    ["missing labels", ["serve", "add.onnx", "--labels", "l.txt"], "error: There is no labels file l.txt.\n"],
    [
      "one name twice",
      ["serve", "add.onnx", "add.onnx"],
      "error: Two models are called add: tell them apart, such as add-2=add.onnx.\n",
    ],
    [
      "models and a config",
      ["serve", "add.onnx", "--config", "x"],
      "error: Give either models or --config, not both.\n",
    ],
    [
      "labels for two models",
      ["serve", "add.onnx", "b=add.onnx", "--labels", "l"],
      /^error: --labels fits a service with one model/,
    ],
    ["neither model nor config", ["serve"], /^error: There is no serverless.yml in .*virga serve model.onnx/],
    [
      "an address of another machine",
      ["serve", "add.onnx", "--host", "192.0.2.7"],
      /^error: The address 192.0.2.7 does not belong/,
    ],
    [
      "a missing input",
      ["predict", "add.onnx", "--input", "no.json"],
      /^error: The input no.json cannot be read: ENOENT/,
    ],
  ])("ends with 1 and one clear message at %s", async (_, options, message) => {
    const { code, stdout, stderr } = await runVirga(workspace.folder, options);
    if (typeof message === "string") expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});

describe("a wrong config", () => {
  it.each([
    ["no block", "service: x\n", /^error: serverless.yml has no `inference:` block.*Add one.*models:/s],
    ["no YAML", "inference: [\n", /^error: serverless.yml is not valid YAML: .* at line 2/s],
    [
      "a misspelt key",
      "inference:\n  modles:\n    a: add.onnx\n",
      /line 2: inference.modles is not a key .*did you mean `models`/,
    ],
    [
      "several problems",
      "inference:\n  models:\n    a: add.onnx\n  memory: 1 GB\n  aws:\n    front: alb\n",
      /^error: serverless.yml has 2 problems:\n {2}.*line 4: inference.memory is "1 GB"; .*\n {2}.*line 6: inference.aws.front is "alb"/,
    ],
    [
      "a variable",
      "inference:\n  models:\n    a: ${env:MODEL}\n",
      /line 3: inference.models.a holds the variable \${env:MODEL}/,
    ],
    [
      "a model in a bucket",
      "inference:\n  models:\n    a: s3://b/a.onnx\n",
      /s3:\/\/b\/a.onnx names no model of a registry: .*iris@production/,
    ],
    [
      "a file that is not there",
      "inference:\n  models:\n    a: b.onnx\n",
      /^error: There is no file b.onnx \(model a\)\.\n$/,
    ],
  ])("names the line and the way out: %s", async (_, config, message) => {
    workspace.write("serverless.yml", config);
    const { code, stderr } = await runVirga(workspace.folder, ["serve"]);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });
});

describe("help", () => {
  it.each([[["--help"]], [["serve", "--help"]], [["--version"]]])("is written to the output: %s", async (options) => {
    const { code, stdout, stderr } = await runVirga(workspace.folder, options);
    expect(stdout).not.toBe("");
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});
