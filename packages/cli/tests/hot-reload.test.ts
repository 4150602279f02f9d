import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { runVirga } from "./support/run-virga.ts";
import { type Serving, startServing } from "./support/serving.ts";
import { addModel, externalModel } from "./support/test-models.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

let workspace: Workspace;
let serving: Serving | undefined;

beforeEach(() => {
  workspace = createWorkspace();
});

afterEach(async () => {
  await serving?.stop();
  serving = undefined;
  workspace.remove();
});

async function start(...options: readonly string[]): Promise<Serving> {
  serving = await startServing(workspace.folder, ...options);
  return serving;
}

const ROW = { x: [[1, 1]] };
const giving = (value: number): object => ({ y: [[value, value]] });

describe("a changed model", () => {
  it.each(["write", "replace"] as const)("is taken up after a %s", async (way) => {
    workspace.write("add.onnx", addModel(1));
    const virga = await start("add.onnx");
    expect(await virga.predict(ROW)).toMatchObject(giving(2));
    workspace[way]("add.onnx", addModel(41));
    await virga.wrote("Model add was reloaded.");
    expect(await virga.predict(ROW)).toMatchObject(giving(42));
  });

  it("is taken up when its folder was made anew", async () => {
    workspace.write("out/add.onnx", addModel(1));
    const virga = await start("out/add.onnx");
    rmSync(join(workspace.folder, "out"), { recursive: true });
    expect(await virga.predict(ROW)).toMatchObject(giving(2));
    workspace.write("out/add.onnx", addModel(41));
    await virga.wrote("Model add was reloaded.");
    expect(await virga.predict(ROW)).toMatchObject(giving(42));
  });

  it("leaves the old one serving when it is broken, says why, and is taken up when it is mended", async () => {
    workspace.write("add.onnx", addModel(1));
    const virga = await start("add.onnx");
    workspace.replace("add.onnx", "version https://git-lfs.github.com/spec/v1\n");
    await virga.wrote("What was loaded before goes on serving.");
    expect(virga.stderr()).toMatch(/The changed add.onnx was not taken up: .*git lfs pull/);
    expect(await virga.predict(ROW)).toMatchObject(giving(2));
    workspace.replace("add.onnx", addModel(2));
    await virga.wrote("Model add was reloaded.");
    expect(await virga.predict(ROW)).toMatchObject(giving(3));
  });

  it("is taken up when only its external weights changed", async () => {
    workspace.write("add.onnx", externalModel("weights.bin"));
    workspace.write("weights.bin", new Uint8Array(new Float32Array([1, 1]).buffer));
    const virga = await start("add.onnx");
    expect(await virga.predict(ROW)).toMatchObject(giving(2));
    workspace.replace("weights.bin", new Uint8Array(new Float32Array([2, 2]).buffer));
    await virga.wrote("Model add was reloaded.");
    expect(await virga.predict(ROW)).toMatchObject(giving(3));
  });

  it("is left alone when it holds what it held before", async () => {
    workspace.write("a.onnx", addModel(1));
    workspace.write("b.onnx", addModel(1));
    const virga = await start("a.onnx", "b.onnx");
    workspace.replace("a.onnx", addModel(1));
    workspace.replace("b.onnx", addModel(2));
    await virga.wrote("Model b was reloaded.");
    expect(virga.stdout()).not.toContain("Model a was reloaded.");
  });

  it("is left alone with --no-watch", async () => {
    workspace.write("add.onnx", addModel(1));
    const virga = await start("add.onnx", "--no-watch");
    expect(virga.stdout()).not.toContain("taken up");
    expect(await virga.stop()).toBe(0);
  });
});

const predictor = (expression: string): string => `
import { definePredictor, tensor } from "@virga/core";
import { amount } from "./amount.ts";
export default definePredictor({
  async predict(inputs, context) {
    const { y } = await context.model().run(inputs);
    return { y: tensor("float32", y.shape, Float32Array.from(y.data as Float32Array, (each) => ${expression})) };
  },
});
`;

describe("a predictor", () => {
  beforeEach(() => {
    workspace.write("add.onnx", addModel(1));
    workspace.write("src/amount.ts", "export const amount: number = 10;\n");
    workspace.write("src/predict.ts", predictor("each * amount"));
    workspace.write("package.json", '{ "type": "module" }');
  });

  it("is taken up when it or what it imports has changed, and survives mistakes", async () => {
    const virga = await start("add.onnx", "--predictor", "src/predict.ts");
    expect(await virga.predict(ROW)).toMatchObject(giving(20));

    workspace.replace("src/amount.ts", "export const amount: number = 100;\n");
    await virga.wrote("The predictor was reloaded.");
    expect(await virga.predict(ROW)).toMatchObject(giving(200));

    workspace.write("src/predict.ts", "export default definePredictor({ predict( }");
    await virga.wrote("The changed predictor was not taken up");
    expect(virga.stderr()).toMatch(/src\/predict.ts does not compile:\n.*Expected/s);
    expect(await virga.predict(ROW)).toMatchObject(giving(200));

    workspace.write("src/predict.ts", "throw new Error('on purpose');\nexport default {};\n");
    await virga.wrote("fails as it is loaded");
    expect(virga.stderr()).toMatch(/Error: on purpose\n\s+at .*src\/predict.ts:1:/);

    workspace.write("src/predict.ts", "export default 3;\n");
    await virga.wrote("exports no predictor");
    expect(await virga.predict(ROW)).toMatchObject(giving(200));

    workspace.replace("src/predict.ts", predictor("each + amount"));
    await virga.wrote("The predictor was reloaded.", 2);
    expect(await virga.predict(ROW)).toMatchObject(giving(102));
  });

  it("finds files beside its source", async () => {
    workspace.write("src/amount.txt", "7");
    workspace.write(
      "src/amount.ts",
      `import { readFileSync } from "node:fs";
       import { join } from "node:path";
       export const amount = Number(readFileSync(new URL("./amount.txt", import.meta.url), "utf8")) +
         Number(readFileSync(join(import.meta.dirname, "amount.txt"), "utf8"));\n`,
    );
    const virga = await start("add.onnx", "--predictor", "src/predict.ts");
    expect(await virga.predict(ROW)).toMatchObject(giving(28));
  });

  it("shows where it failed on a request, in the log and not in the answer", async () => {
    workspace.write("src/predict.ts", predictor("missing.value"));
    const virga = await start("add.onnx", "--predictor", "src/predict.ts", "--no-watch");
    const answer = await virga.predict(ROW);
    expect(answer).toMatchObject({ code: "INTERNAL" });
    expect(JSON.stringify(answer)).not.toContain("missing");
    await virga.wrote("missing is not defined");
    expect(virga.stderr()).toMatch(/src\/predict.ts:7:/);
  });

  it("that does not compile keeps the service from starting", async () => {
    workspace.write("src/predict.ts", "export default {");
    const { code, stderr } = await runVirga(workspace.folder, ["serve", "add.onnx", "--predictor", "src/predict.ts"]);
    expect(stderr).toMatch(/^error: The predictor src\/predict.ts does not compile:\n/);
    expect(code).toBe(1);
  });
});
