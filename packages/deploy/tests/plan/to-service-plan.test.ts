import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { checkPlanFiles, toServicePlan } from "@virga/deploy";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "virga-plan-"));
  mkdirSync(join(folder, "models"));
  writeFileSync(join(folder, "iris.onnx"), "");
  writeFileSync(join(folder, "odd@name"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

const plan = (config: Parameters<typeof toServicePlan>[0]) =>
  toServicePlan(config, { service: "flowers", stage: "dev", folder });
const originOf = (path: string) => plan({ models: { iris: { path } } }).models[0]?.origin;

describe("a plan", () => {
  it("has every default filled in", () => {
    expect(plan({ models: { iris: { path: "iris.onnx", labels: ["a", "b"] } } })).toEqual({
      service: "flowers",
      stage: "dev",
      folder,
      models: [{ name: "iris", origin: { kind: "file", path: join(folder, "iris.onnx") }, labels: ["a", "b"] }],
      memoryMb: 1_024,
      timeoutSeconds: 30,
      access: "private",
      aws: {},
      google: {},
    });
  });

  it("keeps what the config says", () => {
    const aws = { region: "eu-west-1", front: "http-api" } as const;
    const config = { models: {}, predictor: "src/predict.ts", memory: 512, timeout: 3, access: "public", aws } as const;
    expect(plan(config)).toMatchObject({
      predictorPath: join(folder, "src/predict.ts"),
      memoryMb: 512,
      timeoutSeconds: 3,
      access: "public",
      aws,
    });
  });

  it.each([
    ["iris@production", { registryName: "iris", reference: "production" }],
    ["s3://bucket/a/b/iris@3", { store: "s3://bucket/a/b", registryName: "iris", reference: "3" }],
    ["s3://bucket/iris@canary", { store: "s3://bucket", registryName: "iris", reference: "canary" }],
    ["https://host/registry/iris@production", { store: "https://host/registry", registryName: "iris" }],
  ])("finds %s in a registry", (path, origin) => {
    expect(originOf(path)).toMatchObject({ kind: "registry", ...origin });
  });

  it("takes a file that is named like a reference for the file that it is", () => {
    expect(originOf("odd@name")).toEqual({ kind: "file", path: join(folder, "odd@name") });
  });

  it.each([
    ["s3://bucket/iris.onnx", "names no model of a registry"],
    [".virga/registry/iris@production", "in a folder of this machine"],
  ])("refuses %s", (path, message) => {
    expect(() => originOf(path)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(message) }),
    );
  });
});

describe("files of a plan", () => {
  it("are all there", () => expect(checkPlanFiles(plan({ models: { iris: { path: "iris.onnx" } } }))).toBeUndefined());

  it("are missed all at once, by the keys that name them", () => {
    const models = { iris: { path: "none.onnx" }, other: { path: "models" }, far: { path: "s3://bucket/far@1" } };
    expect(() => checkPlanFiles(plan({ models, predictor: "src/predict.ts" }))).toThrow(
      [
        "There is no file none.onnx (inference.models.iris).",
        "models is a folder (inference.models.other): name the file in it.",
        "There is no file src/predict.ts (inference.predictor).",
      ].join("\n"),
    );
  });
});
