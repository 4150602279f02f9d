import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { parseInferenceConfig, serverlessJsonSchema } from "../../src/config/config-schema.ts";

const models = { iris: "iris.onnx" };

/** Problems as `path: message`. */
function problemsOf(block: unknown): string[] {
  return (parseInferenceConfig(block).problems ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("a config that can stand", () => {
  it("turns a mere path into an entry", () => {
    expect(parseInferenceConfig({ models }).config).toEqual({ models: { iris: { path: "iris.onnx" } } });
  });

  it("takes every key of every platform", () => {
    const block = {
      models: { iris: { path: "s3://b/iris.onnx", labels: ["a", "b"], example: { instances: [[1]] } }, two: "m@prod" },
      predictor: "src/predict.ts",
      memory: 1024,
      timeout: 0.5,
      access: "api-key",
      aws: {
        region: "us-east-1",
        bucket: "b",
        efs: { fileSystem: "fs-0a1b", accessPoint: "fsap-0a1b", subnets: ["subnet-0a"], securityGroups: ["sg-0a"] },
        architecture: "arm64",
        front: "http-api",
        streaming: false,
        logRetentionDays: 30,
        alarms: true,
      },
      google: { region: "us-central1", project: "p", bucket: "b" },
    };
    expect(parseInferenceConfig(block).config).toEqual({
      ...block,
      models: { ...block.models, two: { path: "m@prod" } },
    });
  });
});

describe("a config that cannot stand", () => {
  it.each([
    ["no block", null, /^: is null; allowed: an object with `models`/],
    ["no models", {}, /^models: is missing; allowed: the models by name/],
    ["empty models", { models: {} }, /^models: is empty; allowed: the models by name/],
    ["models as a list", { models: ["a.onnx"] }, /^models: is \["a.onnx"\]; allowed: the models by name/],
    ["a name with a slash", { models: { "a/b": "a.onnx" } }, /^models.a\/b: is no name for a model/],
    ["a number as path", { models: { a: 3 } }, /^models.a: is 3; allowed: a path, or an object with `path`/],
    ["an empty path", { models: { a: "" } }, /^models.a.path: is ""; allowed: a path/],
    ["no path", { models: { a: { labels: ["x"] } } }, /^models.a.path: is missing; allowed: a path from this file/],
    [
      "labels as text",
      { models: { a: { path: "x", labels: "l.txt" } } },
      /^models.a.labels: is "l.txt"; allowed: a list/,
    ],
    ["a number as label", { models: { a: { path: "x", labels: ["0", 1] } } }, /^models.a.labels.1: is 1; .*quotes/],
    ["memory in words", { models, memory: "1 GB" }, /^memory: is "1 GB"; allowed: memory of one instance in MB/],
    ["too little memory", { models, memory: 64 }, /^memory: is 64; allowed: .*from 128/],
    ["no time at all", { models, timeout: 0 }, /^timeout: is 0; allowed: .*above 0/],
    ["an unknown access", { models, access: "open" }, /^access: is "open"; .*private, public or api-key/],
    ["an impossible file system", { models, aws: { efs: "efs-1" } }, /^aws.efs: is "efs-1"; allowed: either/],
    ["half a file system", { models, aws: { efs: { fileSystem: "fs-1" } } }, /^aws.efs: .*allowed: either/],
    [
      "a file system that is both",
      { models, aws: { efs: { create: true, fileSystem: "fs-1" } } },
      /^aws.efs: .*allowed: either/,
    ],
    ["an odd retention", { models, aws: { logRetentionDays: 2 } }, /^aws.logRetentionDays: is 2; .*1, 3, 5/],
    ["a misspelt key", { models, memry: 1 }, /^memry: is not a key.*did you mean `memory`\? There is: models, /],
    ["a key in capitals", { models, Timeout: 1 }, /^Timeout: .*did you mean `timeout`/],
    ["a key of one platform misspelt", { models, aws: { regoin: "x" } }, /^aws.regoin: .*did you mean `region`/],
    ["a key like no other", { models, colour: 1 }, /^colour: is not a key that Virga knows; There is: /],
    ["a misspelt key of a model", { models: { a: { path: "x", label: [] } } }, /^models.a.label: .*`labels`/],
    ["a variable", { models: { a: "${self:custom.x}" } }, /^models.a: holds the variable \$\{self:custom.x\}.*write/],
    ["a variable for a number", { models, memory: "${env:MEMORY}" }, /^memory: holds the variable \$\{env:MEMORY\}/],
  ])("refuses %s", (_, block, expected) => {
    const problems = problemsOf(block);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  it("tells all problems at once", () => {
    const block = { models: { a: 3 }, memory: "x", timeot: 1, aws: { front: "alb" }, predictor: "${p}" };
    expect(problemsOf(block).map((problem) => problem.split(":")[0])).toEqual(
      expect.arrayContaining(["models.a", "memory", "timeot", "aws.front", "predictor"]),
    );
  });

  it("takes no prototype for a key", () => {
    expect(problemsOf(JSON.parse('{"models": {"__proto__": "a.onnx"}}'))).toEqual([
      expect.stringMatching(/^models: is empty/),
    ]);
  });
});

describe("the schema for editors", () => {
  const file = new URL("../../serverless.schema.json", import.meta.url);

  it("is the one in the package (write it anew with scripts/write-config-schema.mjs)", () => {
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(serverlessJsonSchema());
  });
});
